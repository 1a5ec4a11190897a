import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** By which a use of an invitation is known that is taken, or given back, once more. */
export const inviteUses: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('invite').addColumn('last_use', 'text').execute();
  },
};
