import { type ColumnDataType, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Dialect } from '../database.contract.js';

/**
 * A message is the row of the event that created it: a row and a tree less to write for each. What changes a message names
 * it by its place in the room, which has an index anyway.
 */
export function words(dialect: Dialect): Migration {
  const whole: ColumnDataType = dialect === 'postgres' ? 'bigint' : 'integer';

  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema.alterTable('event').addColumn('text', 'text').execute();
      await db.schema.alterTable('event').addColumn('reply_to', 'text').execute();
      await db.schema.alterTable('event').addColumn('edited_at', whole).execute();
      await db.schema.alterTable('event').addColumn('deleted_at', whole).execute();
      await db.schema.alterTable('event').addColumn('changed', whole).execute();
      await sql`update event set about = subject.seq from event as subject where subject.no = event.about`.execute(
        db,
      );
      await sql`
        update event
        set
          text = message.text, reply_to = message.reply_to, changed = message.changed,
          edited_at = message.edited_at, deleted_at = message.deleted_at
        from message
        where message.no = event.no
      `.execute(db);
      await db.schema.dropTable('message').execute();
    },
  };
}
