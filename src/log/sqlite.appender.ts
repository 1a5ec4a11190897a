import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SqliteProjections } from './projections/projections.js';
import { sqliteProjections } from './projections/sqlite.js';
import type { EventDraft } from './room-log.js';
import { aboutOf, type Entry, guestFlag, keptDataOf, type PersonColumns, raiseOf } from './rows.js';
import { CLOCKS_DIFFER_MS } from './too-soon.js';

/**
 * Its place and what its actor is called, or the place of what was stored before under the same client id, or that it
 * was decided on rights that are not the room's any more, or how many milliseconds too few passed since the last one.
 */
export type Stored =
  (PersonColumns & { seq: number }) | { before: number } | { stale: true } | { sinceLast: number };

/** How far a room is inside the transaction; `lastAt` is 0 where nothing was stored in it yet. */
interface Place {
  head: number;
  rights: number;
  lastAt: number;
}

/** People who are remembered between batches. */
const MAX_PEOPLE = 10_000;

/** Appends batches on one connection, each in a transaction of its own. */
export class SqliteAppender {
  private readonly head: StatementSync;
  private readonly advance: StatementSync;
  private readonly event: StatementSync;
  private readonly first: StatementSync;
  private readonly message: StatementSync;
  private readonly newPerson: StatementSync;
  private readonly person: StatementSync;
  private readonly lastTurn: StatementSync;
  private readonly takeTurn: StatementSync;
  private readonly version: StatementSync;
  /** What people are called, as long as no other connection has written anything: see `version`. */
  private readonly people = new Map<string, PersonColumns>();
  private seenVersion?: number;
  private readonly projections: SqliteProjections;

  constructor(
    private readonly sqlite: DatabaseSync,
    /** Whether nothing but this writes on this connection: then SQLite tells when anybody else has. */
    private readonly alone: boolean,
  ) {
    this.head = sqlite.prepare('select head, rights from room where id = ?');
    // Clocks go back; a room does not become older by that.
    this.advance = sqlite.prepare(
      'update room set head = ?, last_at = max(last_at, ?), rights = ? where id = ?',
    );
    this.event = sqlite.prepare(
      'insert into event (room_id, seq, type, id, actor_id, client_id, about, data, at, text, reply_to) ' +
        'values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (room_id, actor_id, client_id) do nothing',
    );
    this.first = sqlite.prepare('select seq from event where room_id = ? and actor_id = ? and client_id = ?');
    this.message = sqlite.prepare(
      "select no, seq from event where id = ? and room_id = ? and type = 'message.created'",
    );
    this.newPerson = sqlite.prepare(
      'insert into person (id, name, guest) values (?, ?, ?) on conflict (id) do nothing',
    );
    this.person = sqlite.prepare('select name, guest, picture from person where id = ?');
    this.lastTurn = sqlite.prepare('select at from pace where room_id = ? and actor_id = ?');
    this.takeTurn = sqlite.prepare(
      'insert or replace into pace (room_id, actor_id, client_id, at) values (?, ?, ?, ?)',
    );
    this.version = sqlite.prepare('pragma data_version');
    this.projections = sqliteProjections(sqlite);
  }

  /** `null` where the room, or the message that the draft is about, is not there. Where it throws, nothing was stored. */
  append(entries: Entry[]): (Stored | null)[] {
    this.sqlite.exec('begin immediate');
    try {
      this.forgetWhatOthersChanged();
      const stored = this.storeAll(entries);
      this.sqlite.exec('commit');
      return stored;
    } catch (error) {
      this.people.clear();
      // SQLite may have rolled back by itself; the error that told so must not be replaced.
      if (this.sqlite.isTransaction) this.sqlite.exec('rollback');
      throw error;
    }
  }

  /** Nobody else writes while this transaction lasts: heads may be counted here. */
  private storeAll(entries: Entry[]): (Stored | null)[] {
    const places = new Map<string, Place>();
    const stored = entries.map((entry): Stored | null => {
      const { draft } = entry;
      const place = places.get(draft.roomId) ?? this.placeOf(draft.roomId);
      if (place === undefined) return null;
      places.set(draft.roomId, place);
      if (draft.rights !== undefined && draft.rights !== place.rights) return { stale: true };
      return this.store(entry, place, this.people.get(draft.actor.id) ?? this.personOf(draft));
    });
    for (const [roomId, { head, lastAt, rights }] of places)
      if (lastAt > 0) this.advance.run(head, lastAt, rights, roomId);
    return stored;
  }

  private store({ draft, id, at }: Entry, place: Place, person: PersonColumns): Stored | null {
    const { roomId, type, actor, clientId } = draft;
    const messageId = aboutOf(draft);
    const about = messageId === null ? null : this.subjectOf(messageId, roomId);
    if (about === undefined) return null;
    if (draft.pauseMs !== undefined) {
      const early = this.tooEarly(draft, at, draft.pauseMs);
      if (early) return early;
    }
    const seq = place.head + 1;
    const kept = keptDataOf(draft);
    const words = type === 'message.created' ? draft.data : undefined;
    const { changes } = this.event.run(
      roomId,
      seq,
      type,
      id,
      actor.id,
      clientId,
      about && about.seq,
      kept && JSON.stringify(kept),
      at,
      words?.text ?? null,
      words?.replyTo ?? null,
    );
    if (changes === 0) return this.repeated(draft) as Stored;
    this.projections[type](draft as never, about?.no ?? 0, seq, at);
    place.rights += raiseOf(type);
    place.head = seq;
    place.lastAt = Math.max(place.lastAt, at);
    return { ...person, seq };
  }

  private repeated({ roomId, actor, clientId }: EventDraft): Stored | undefined {
    const first = this.first.get(roomId, actor.id, clientId) as { seq: number } | undefined;
    return first && { before: first.seq };
  }

  /** Takes the turn of who may speak again. */
  private tooEarly(draft: EventDraft, at: number, pauseMs: number): Stored | undefined {
    const { roomId, actor, clientId } = draft;
    const repeated = this.repeated(draft);
    if (repeated) return repeated;
    const last = this.lastTurn.get(roomId, actor.id) as { at: number } | undefined;
    if (last && at >= last.at - CLOCKS_DIFFER_MS && at - last.at < pauseMs)
      return { sinceLast: at - last.at };
    this.takeTurn.run(roomId, actor.id, clientId, at);
    return undefined;
  }

  private placeOf(roomId: string): Place | undefined {
    const room = this.head.get(roomId) as { head: number; rights: number } | undefined;
    // Rows have no prototype: spreading one takes a microsecond.
    return room && { head: room.head, rights: room.rights, lastAt: 0 };
  }

  private subjectOf(id: string, roomId: string): { no: number; seq: number } | undefined {
    return this.message.get(id, roomId) as { no: number; seq: number } | undefined;
  }

  /** What the actor is called now; from now on known to readers. */
  private personOf({ actor }: EventDraft): PersonColumns {
    const known = this.person.get(actor.id) as PersonColumns | undefined;
    // A picture is written there when it is chosen, so who is not there has none.
    const person = known ? { ...known } : { name: actor.name, guest: guestFlag(actor), picture: null };
    if (!known) this.newPerson.run(actor.id, person.name, person.guest);
    this.people.set(actor.id, person);
    return person;
  }

  /** Inside the transaction, so that nobody changes anything behind it. */
  private forgetWhatOthersChanged(): void {
    const { data_version } = this.version.get() as { data_version: number };
    if (!this.alone || data_version !== this.seenVersion || this.people.size > MAX_PEOPLE)
      this.people.clear();
    this.seenVersion = data_version;
  }
}
