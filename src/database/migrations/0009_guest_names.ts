import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What guests chose to be called, as it looks: whoever registers such a name has it to themselves. */
export const guestNames: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('guestName')
      .addColumn('userId', 'text', (user) =>
        user.primaryKey().notNull().references('user.id').onDelete('cascade'),
      )
      .addColumn('skeleton', 'text', (skeleton) => skeleton.notNull())
      .execute();
    await db.schema.createIndex('guestName_skeleton_idx').on('guestName').column('skeleton').execute();
  },
};
