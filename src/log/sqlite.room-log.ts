import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SqliteDatabase } from '../database/sqlite.database.js';
import { ChatError } from '../protocol/chat-error.js';
import type { Outcome } from './group-commit.js';
import type { Appended, MessageDraft } from './room-log.js';
import { eventOf, guestFlag, type EventRecord, type PersonColumns } from './rows.js';
import { type Entry, SqlRoomLog } from './sql.room-log.js';

type StoredEvent = EventRecord & PersonColumns & { seq: number };

/** Appends in one uninterrupted step on the connection that everything in this process shares. */
export class SqliteRoomLog extends SqlRoomLog {
  private statements?: Statements;

  constructor(protected override readonly database: SqliteDatabase) {
    super();
  }

  protected override commit(entries: Entry[]): Promise<Outcome<Appended>[]> {
    return this.database.exclusive((sqlite) => {
      this.statements ??= new Statements(sqlite);
      sqlite.exec('begin immediate');
      const outcomes = this.statements.storeAll(entries);
      sqlite.exec('commit');
      return outcomes;
    });
  }
}

/** How far a room is inside the transaction; `lastAt` is 0 where nothing was stored in it yet. */
interface Place {
  head: number;
  lastAt: number;
}

/** Prepared once; to be run inside a transaction. */
class Statements {
  private readonly head: StatementSync;
  private readonly advance: StatementSync;
  private readonly event: StatementSync;
  private readonly first: StatementSync;
  private readonly message: StatementSync;
  private readonly newPerson: StatementSync;
  private readonly person: StatementSync;

  constructor(sqlite: DatabaseSync) {
    this.head = sqlite.prepare('select head from room where id = ?');
    // Clocks go back; a room does not become older by that.
    this.advance = sqlite.prepare('update room set head = ?, last_at = max(last_at, ?) where id = ?');
    this.event = sqlite.prepare(
      'insert into event (room_id, seq, type, id, actor_id, client_id, data, at) values (?, ?, ?, ?, ?, ?, ?, ?) ' +
        'on conflict (room_id, actor_id, client_id) do nothing',
    );
    this.first = sqlite.prepare(
      'select event.*, name, guest from event left join person on person.id = actor_id ' +
        'where room_id = ? and actor_id = ? and client_id = ?',
    );
    this.message = sqlite.prepare(
      'insert into message (room_id, seq, id, actor_id, text, reply_to, at) values (?, ?, ?, ?, ?, ?, ?)',
    );
    this.newPerson = sqlite.prepare(
      'insert into person (id, name, guest) values (?, ?, ?) on conflict (id) do nothing',
    );
    this.person = sqlite.prepare('select name, guest from person where id = ?');
  }

  /** This process has the file, and this transaction the connection, to itself: heads may be counted here. */
  storeAll(entries: Entry[]): Outcome<Appended>[] {
    const places = new Map<string, Place>();
    const people = new Map<string, PersonColumns>();
    const outcomes = entries.map((entry): Outcome<Appended> => {
      const { draft } = entry;
      const place = places.get(draft.roomId) ?? this.placeOf(draft.roomId);
      if (place === undefined) return { refused: new ChatError('not_found', 'there is no such room') };
      places.set(draft.roomId, place);
      const { id } = draft.actor;
      const person = people.get(id) ?? this.personOf(draft);
      people.set(id, person);
      return { result: this.store(entry, place, person) };
    });
    for (const [roomId, { head, lastAt }] of places) if (lastAt > 0) this.advance.run(head, lastAt, roomId);
    return outcomes;
  }

  private store({ draft, record }: Entry, place: Place, person: PersonColumns): Appended {
    const { roomId, actor, clientId } = draft;
    const { type, id, data, at } = record;
    const seq = place.head + 1;
    if (this.event.run(roomId, seq, type, id, actor.id, clientId, data, at).changes === 0) {
      const first = this.first.get(roomId, actor.id, clientId) as unknown as StoredEvent;
      return { event: eventOf(first), dup: true };
    }
    this.message.run(roomId, seq, id, actor.id, draft.text, draft.replyTo ?? null, at);
    place.head = seq;
    place.lastAt = Math.max(place.lastAt, at);
    return { event: eventOf({ ...record, seq, ...person }), dup: false };
  }

  private placeOf(roomId: string): Place | undefined {
    const room = this.head.get(roomId) as { head: number } | undefined;
    return room && { head: room.head, lastAt: 0 };
  }

  /** What the actor is called now; from now on known to readers. */
  private personOf({ actor }: MessageDraft): PersonColumns {
    const known = this.person.get(actor.id) as PersonColumns | undefined;
    if (known) return known;
    const person = { name: actor.name, guest: guestFlag(actor) };
    this.newPerson.run(actor.id, person.name, person.guest);
    return person;
  }
}
