import { type ColumnDataType, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Dialect } from '../database.contract.js';

/** Who is what in a room, and invitations. */
export function membership(dialect: Dialect): Migration {
  const postgres = dialect === 'postgres';
  const whole: ColumnDataType = postgres ? 'bigint' : 'integer';
  const clustered = postgres ? sql`` : sql`strict, without rowid`;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const room = () => db.schema.alterTable('room');
      await room()
        .addColumn('rights', whole, (column) => column.notNull().defaultTo(0))
        .execute();
      await room().addColumn('archived_at', whole).execute();
      await room()
        .addColumn('slow_mode_s', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
      await room().addColumn('direct_key', 'text').execute();
      await db.schema
        .createIndex('room_by_people')
        .unique()
        .on('room')
        .column('direct_key')
        .where(sql.ref('direct_key'), 'is not', null)
        .execute();

      await db.schema
        .createTable('standing')
        .addColumn('room_id', 'text', (column) => column.notNull().references('room.id'))
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('role', 'text', (column) => column.notNull())
        .addColumn('seq', whole, (column) => column.notNull())
        .addColumn('banned_until', whole)
        .addColumn('reason', 'text')
        .addColumn('muted_until', whole)
        .addPrimaryKeyConstraint('standing_place', ['room_id', 'user_id'])
        .modifyEnd(clustered)
        .execute();
      await db.schema.createIndex('standing_by_person').on('standing').columns(['user_id', 'role']).execute();

      await db.schema
        .createTable('invite')
        .addColumn('id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('token_hash', 'text', (column) => column.notNull().unique())
        .addColumn('room_id', 'text', (column) => column.notNull().references('room.id'))
        .addColumn('by_id', 'text', (column) => column.notNull())
        .addColumn('created_at', whole, (column) => column.notNull())
        .addColumn('expires_at', whole, (column) => column.notNull())
        .addColumn('uses_left', 'integer')
        .modifyEnd(clustered)
        .execute();
      await db.schema.createIndex('invite_by_room').on('invite').columns(['room_id', 'by_id']).execute();
    },
  };
}
