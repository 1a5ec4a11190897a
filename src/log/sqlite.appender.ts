import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MessageDraft } from './room-log.js';
import { guestFlag, type EventRecord, type PersonColumns } from './rows.js';
import type { Entry } from './sql.room-log.js';

type StoredEvent = EventRecord & PersonColumns & { seq: number };

/** Its place and what its actor is called, or the event that was stored before under the same client id. */
export type Stored = (PersonColumns & { seq: number }) | { first: StoredEvent };

/** How far a room is inside the transaction; `lastAt` is 0 where nothing was stored in it yet. */
interface Place {
  head: number;
  lastAt: number;
}

/** Appends batches on one connection, each in a transaction of its own. */
export class SqliteAppender {
  private readonly head: StatementSync;
  private readonly advance: StatementSync;
  private readonly event: StatementSync;
  private readonly first: StatementSync;
  private readonly message: StatementSync;
  private readonly newPerson: StatementSync;
  private readonly person: StatementSync;

  constructor(private readonly sqlite: DatabaseSync) {
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

  /** Where it throws, nothing was stored. */
  append(entries: Entry[]): (Stored | null)[] {
    this.sqlite.exec('begin immediate');
    try {
      const stored = this.storeAll(entries);
      this.sqlite.exec('commit');
      return stored;
    } catch (error) {
      // SQLite may have rolled back by itself; the error that told so must not be replaced.
      if (this.sqlite.isTransaction) this.sqlite.exec('rollback');
      throw error;
    }
  }

  /** Nobody else writes while this transaction lasts: heads may be counted here. */
  private storeAll(entries: Entry[]): (Stored | null)[] {
    const places = new Map<string, Place>();
    const people = new Map<string, PersonColumns>();
    const stored = entries.map((entry): Stored | null => {
      const { draft } = entry;
      const place = places.get(draft.roomId) ?? this.placeOf(draft.roomId);
      if (place === undefined) return null;
      places.set(draft.roomId, place);
      const { id } = draft.actor;
      const person = people.get(id) ?? this.personOf(draft);
      people.set(id, person);
      return this.store(entry, place, person);
    });
    for (const [roomId, { head, lastAt }] of places) if (lastAt > 0) this.advance.run(head, lastAt, roomId);
    return stored;
  }

  private store({ draft, record }: Entry, place: Place, person: PersonColumns): Stored {
    const { roomId, actor, clientId } = draft;
    const { type, id, data, at } = record;
    const seq = place.head + 1;
    if (this.event.run(roomId, seq, type, id, actor.id, clientId, data, at).changes === 0) {
      // Of a row without a prototype: what goes to another thread should be plain.
      return { first: { ...(this.first.get(roomId, actor.id, clientId) as unknown as StoredEvent) } };
    }
    this.message.run(roomId, seq, id, actor.id, draft.text, draft.replyTo ?? null, at);
    place.head = seq;
    place.lastAt = Math.max(place.lastAt, at);
    return { seq, name: person.name, guest: person.guest };
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
