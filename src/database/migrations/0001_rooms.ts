import { sql, type ColumnDataType, type Kysely, type RawBuilder } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Dialect } from '../database.contract.js';

/** Rooms, their log, and what is read from it. */
export function rooms(dialect: Dialect): Migration {
  const postgres = dialect === 'postgres';
  const whole: ColumnDataType = postgres ? 'bigint' : 'integer';
  const json: ColumnDataType = postgres ? 'json' : 'text';
  // A database's own collation may hold two different names for equal or sort them by language; keys are compared faster
  // without one, too.
  const exactText: ColumnDataType | RawBuilder<string> = postgres ? sql<string>`text collate "C"` : 'text';
  // SQLite takes any value in any column unless it is told not to.
  const ending = postgres ? sql`` : sql`strict`;
  // Rows in the tree of their key: one tree less to write into.
  const clustered = postgres ? sql`` : sql`strict, without rowid`;

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('room')
        .addColumn('id', exactText, (column) => column.primaryKey().notNull())
        .addColumn('name', exactText, (column) => column.notNull().unique())
        .addColumn('title', 'text', (column) => column.notNull())
        .addColumn('topic', 'text', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('epoch', 'text', (column) => column.notNull())
        .addColumn('head', whole, (column) => column.notNull())
        .addColumn('created_at', whole, (column) => column.notNull())
        .addColumn('last_at', whole, (column) => column.notNull())
        .modifyEnd(ending)
        .execute();
      await db.schema
        .createIndex('room_by_activity')
        .on('room')
        .columns(['kind', 'last_at desc', 'id desc'])
        .execute();

      // Its number is where its row is: rows come at the end, and what belongs to one is found without another index.
      // That its room is there needs no foreign key, whose check was a fifth of the price of an event in PostgreSQL:
      // whoever appends holds the room's row until commit, and rooms are never removed.
      await db.schema
        .createTable('event')
        .addColumn('no', whole, (column) =>
          postgres ? column.notNull().generatedByDefaultAsIdentity() : column.primaryKey(),
        )
        .addColumn('room_id', exactText, (column) => column.notNull())
        .addColumn('seq', whole, (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('id', exactText, (column) => column.notNull().unique())
        .addColumn('actor_id', exactText, (column) => column.notNull())
        .addColumn('client_id', exactText, (column) => column.notNull())
        .addColumn('about', whole)
        .addColumn('data', json)
        .addColumn('at', whole, (column) => column.notNull())
        .addUniqueConstraint('event_place', ['room_id', 'seq'])
        // The client's id first: ids that begin with the time, as our own do, come at the end of this tree as well. By
        // room and person, each sender would have a page of it to themselves, and every message another page to write.
        .addUniqueConstraint('event_once', ['client_id', 'actor_id', 'room_id'])
        .modifyEnd(ending)
        .execute();

      await db.schema
        .createTable('message')
        .addColumn('no', whole, (column) => column.primaryKey())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('reply_to', 'text')
        .addColumn('edited_at', whole)
        .addColumn('deleted_at', whole)
        .addColumn('changed', whole)
        .modifyEnd(ending)
        .execute();

      await db.schema
        .createTable('reaction')
        .addColumn('about', whole, (column) => column.notNull())
        .addColumn('actor_id', exactText, (column) => column.notNull())
        .addColumn('emoji', exactText, (column) => column.notNull())
        .addColumn('seq', whole, (column) => column.notNull())
        .addColumn('gone', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('reaction_place', ['about', 'actor_id', 'emoji'])
        .modifyEnd(clustered)
        .execute();

      await db.schema
        .createTable('person')
        .addColumn('id', exactText, (column) => column.primaryKey().notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('guest', 'integer', (column) => column.notNull())
        .modifyEnd(clustered)
        .execute();
    },
  };
}
