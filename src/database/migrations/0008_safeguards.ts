import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Dialect } from '../database.contract.js';

/**
 * Which half minute's code of an authenticator app was the last that somebody was let in by; and a code is asked for
 * in every browser from now on.
 */
export function safeguards(dialect: Dialect): Migration {
  const whole = dialect === 'postgres' ? 'bigint' : 'integer';
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable('twoFactor').addColumn('lastStep', whole).execute();
      await sql`delete from verification where identifier like 'trust-device-%'`.execute(db);
    },
  };
}
