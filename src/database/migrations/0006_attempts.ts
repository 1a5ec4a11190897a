import { type ColumnDataType, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Dialect } from '../database.contract.js';

/** Wrong passwords are counted where every process sees them. */
export function attempts(dialect: Dialect): Migration {
  const postgres = dialect === 'postgres';
  const whole: ColumnDataType = postgres ? 'bigint' : 'integer';

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('attempt')
        .addColumn('key', 'text', (column) => column.primaryKey().notNull())
        .addColumn('count', 'integer', (column) => column.notNull())
        .addColumn('open_at', whole, (column) => column.notNull())
        .addColumn('ends_at', whole, (column) => column.notNull())
        .modifyEnd(postgres ? sql`` : sql`strict, without rowid`)
        .execute();
      await db.schema.createIndex('attempt_by_end').on('attempt').column('ends_at').execute();
    },
  };
}
