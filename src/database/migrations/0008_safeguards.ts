import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Dialect } from '../database.contract.js';

/** Which half minute's code of an authenticator app was the last that somebody was let in by. */
export function safeguards(dialect: Dialect): Migration {
  const whole = dialect === 'postgres' ? 'bigint' : 'integer';
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable('twoFactor').addColumn('lastStep', whole).execute();
    },
  };
}
