import type { PostgresDatabase } from '../database/postgres.database.js';
import { isUniqueViolation } from '../database/postgres.errors.js';
import { ChatError } from '../protocol/chat-error.js';
import type { Appended, MessageDraft, RoomEvent } from './room-log.js';
import { eventOf, guestFlag, recordOf, selectEvents, type EventRecord, type PersonColumns } from './rows.js';
import { SqlRoomLog } from './sql.room-log.js';

/**
 * Appends in one statement, which is its own transaction: no process, however slow or frozen, ever keeps a room locked
 * between two round trips.
 */
export class PostgresRoomLog extends SqlRoomLog {
  constructor(protected override readonly database: PostgresDatabase) {
    super();
  }

  override async append(draft: MessageDraft): Promise<Appended> {
    const record = recordOf(draft);
    const event = await this.database.attempt(() => this.storeOrFind(draft, record));
    if (event === undefined) throw new ChatError('not_found', 'there is no such room');
    // Ours where the connection broke after the commit and before the answer: it was stored now, not before.
    return { event, dup: event.id !== record.id };
  }

  private async storeOrFind(draft: MessageDraft, record: EventRecord): Promise<RoomEvent | undefined> {
    try {
      return (await this.store(draft, record)) ?? (await this.find(record));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // The same append, on another connection, was not there yet when this statement began, and is now.
      const first = await this.find(record);
      if (first === undefined) throw error;
      return first;
    }
  }

  /** Nothing where the room is not there, or where this was stored before. */
  private async store({ actor, text, replyTo }: MessageDraft, record: EventRecord) {
    const { room_id, type, id, actor_id, client_id, data, at } = record;
    const row = await this.database.kysely
      // Locks the room's row until commit: whoever is next in this room waits here, and `seq` has no holes.
      .with('place', (db) =>
        db
          .updateTable('room')
          .set((eb) => ({
            head: eb('head', '+', 1),
            last_at: eb.fn<number>('greatest', ['last_at', eb.val(at)]),
          }))
          .where('id', '=', room_id)
          .where((eb) =>
            eb.not(
              eb.exists(
                eb
                  .selectFrom('event')
                  .select('seq')
                  .where('room_id', '=', room_id)
                  .where('actor_id', '=', actor_id)
                  .where('client_id', '=', client_id),
              ),
            ),
          )
          .returning('head as seq'),
      )
      .with('stored_event', (db) =>
        db
          .insertInto('event')
          .columns(['room_id', 'seq', 'type', 'id', 'actor_id', 'client_id', 'data', 'at'])
          .expression((eb) =>
            eb
              .selectFrom('place')
              .select([eb.val(room_id).as('room_id'), 'seq', eb.val(type).as('type'), eb.val(id).as('id')])
              .select([eb.val(actor_id).as('actor_id'), eb.val(client_id).as('client_id')])
              .select([eb.val(data).as('data'), eb.val(at).as('at')]),
          ),
      )
      .with('stored_message', (db) =>
        db
          .insertInto('message')
          .columns(['room_id', 'seq', 'id', 'actor_id', 'text', 'reply_to', 'at'])
          .expression((eb) =>
            eb
              .selectFrom('place')
              .select([eb.val(room_id).as('room_id'), 'seq', eb.val(id).as('id')])
              .select([eb.val(actor_id).as('actor_id'), eb.val(text).as('text')])
              .select([eb.val(replyTo ?? null).as('reply_to'), eb.val(at).as('at')]),
          ),
      )
      .with('new_person', (db) =>
        db
          .insertInto('person')
          .columns(['id', 'name', 'guest'])
          .expression((eb) =>
            eb
              .selectFrom('place')
              .select([eb.val(actor.id).as('id'), eb.val(actor.name).as('name')])
              .select(eb.val(guestFlag(actor)).as('guest')),
          )
          .onConflict((conflict) => conflict.column('id').doNothing()),
      )
      .selectFrom('place')
      .leftJoin('person', (join) => join.on((eb) => eb('person.id', '=', actor_id)))
      .select(['place.seq', 'person.name', 'person.guest'])
      .executeTakeFirst();
    if (row === undefined) return undefined;
    // A person whom this very statement adds is not yet there for it to read.
    const person: PersonColumns = row.name === null ? { name: actor.name, guest: guestFlag(actor) } : row;
    return eventOf({ ...record, seq: row.seq, name: person.name, guest: person.guest });
  }

  private async find({ room_id, actor_id, client_id }: EventRecord): Promise<RoomEvent | undefined> {
    const row = await selectEvents(this.database.kysely)
      .where('room_id', '=', room_id)
      .where('actor_id', '=', actor_id)
      .where('client_id', '=', client_id)
      .executeTakeFirst();
    return row === undefined ? undefined : eventOf(row);
  }
}
