import { type ColumnDataType, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Dialect } from '../database.contract.js';

/** When people last said something in rooms in slow mode. */
export function pace(dialect: Dialect): Migration {
  const postgres = dialect === 'postgres';
  const whole: ColumnDataType = postgres ? 'bigint' : 'integer';

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('pace')
        .addColumn('room_id', 'text', (column) => column.notNull())
        .addColumn('actor_id', 'text', (column) => column.notNull())
        .addColumn('client_id', 'text', (column) => column.notNull())
        .addColumn('at', whole, (column) => column.notNull())
        .addPrimaryKeyConstraint('pace_place', ['room_id', 'actor_id'])
        .modifyEnd(postgres ? sql`` : sql`strict, without rowid`)
        .execute();
    },
  };
}
