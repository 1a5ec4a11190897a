import type { PostgresDatabase } from '../database/postgres.database.js';
import { isBadData, isUniqueViolation } from '../database/postgres.errors.js';
import { Turns } from '../database/turns.js';
import { ChatError } from '../protocol/chat-error.js';
import { GroupCommit, later, MAX_WAITING, type Outcome, tooManyWait } from './group-commit.js';
import { RightsChanged } from './rights-changed.js';
import type { Appended } from './room-log.js';
import { areNewMessages, storeMessages } from './postgres.messages.js';
import { appendStatement, rounds } from './postgres.statements.js';
import { takeTurn } from './postgres.turns.js';
import {
  aboutOf,
  keptDataOf,
  type Entry,
  eventOf,
  guestFlag,
  type PersonColumns,
  raiseOf,
  selectEvents,
  storedEvent,
} from './rows.js';
import { SqlRoomLog } from './sql.room-log.js';

/** Two nodes may store the same draft at once: one of them sees the other's only when it asks again. */
const ATTEMPTS = 4;

/** How long a locked room waits for its turn to wait for the lock. */
const LANE_PATIENCE_MS = 5_000;
/** Appends that may wait altogether, in however many rooms that are locked. */
const MAX_WAITING_IN_LANES = 10 * MAX_WAITING;

/** `n` is the draft's place in what was asked for. */
type Answer = Placed & { n: number };
type Placed = PersonColumns & { seq: number };

/**
 * Appends in one statement, which is its own transaction. A room that another node is writing to goes on in a lane of
 * its own, so that no other room waits for it, however long it stays locked: half of the connections are never in lanes.
 */
export class PostgresRoomLog extends SqlRoomLog {
  private readonly patientLanes = new Map<string, GroupCommit<Entry, Appended>>();
  private readonly laneTurns: Turns;

  constructor(protected override readonly database: PostgresDatabase) {
    super();
    this.laneTurns = new Turns(LANE_PATIENCE_MS, Math.max(1, Math.floor(database.connections / 2)));
  }

  protected override async commit(entries: Entry[]): Promise<Outcome<Appended>[]> {
    const wait = (entry: Entry) => later(this.waitForRoom(entry));
    if (entries.every(({ draft }) => draft.pauseMs === undefined))
      return this.run('pass over', entries, wait);
    const held = new Map<Entry, Outcome<Appended>>();
    await Promise.all(
      entries.map(async (entry) => {
        const outcome = await this.heldBack(entry);
        if (outcome) held.set(entry, outcome);
      }),
    );
    const others = entries.filter((entry) => !held.has(entry));
    const stored = await this.run('pass over', others, wait);
    const outcomes = new Map(others.map((entry, index) => [entry, stored[index] as Outcome<Appended>]));
    return entries.map((entry) => (held.get(entry) ?? outcomes.get(entry)) as Outcome<Appended>);
  }

  /** By slow mode. What was stored before takes no turn. */
  private async heldBack(entry: Entry): Promise<Outcome<Appended> | undefined> {
    const { pauseMs } = entry.draft;
    if (pauseMs === undefined) return undefined;
    const before = await this.find(entry);
    if (before) return before;
    const tooSoon = await takeTurn(this.database, entry, pauseMs);
    // Somebody may have stored it between the two.
    return tooSoon && ((await this.find(entry)) ?? this.refusal(entry, tooSoon));
  }

  private waitForRoom(entry: Entry): Promise<Appended> {
    if (this.stats.waiting >= MAX_WAITING_IN_LANES) return Promise.reject(tooManyWait());
    const { roomId } = entry.draft;
    const lane = this.patientLanes.get(roomId) ?? this.patientLane(roomId);
    this.patientLanes.set(roomId, lane);
    return lane.append(entry);
  }

  private patientLane(roomId: string): GroupCommit<Entry, Appended> {
    const commit = (entries: Entry[]) =>
      this.database.attempt(() =>
        this.laneTurns.run(() => this.run('wait', entries, (entry) => this.refusal(entry, notThere()))),
      );
    return new GroupCommit(commit, () => this.patientLanes.delete(roomId), this.stats);
  }

  /** Not stored, and not stored before either: for this reason, unless it was decided on rights that are others by now. */
  private async refusal({ draft: { roomId, rights } }: Entry, reason: ChatError): Promise<Outcome<Appended>> {
    const query = this.database.kysely.selectFrom('room').select('rights').where('id', '=', roomId);
    const room = rights === undefined ? undefined : await query.executeTakeFirst();
    return { refused: room && room.rights !== rights ? new RightsChanged() : reason };
  }

  private async run(
    locked: 'pass over' | 'wait',
    entries: Entry[],
    otherwise: (entry: Entry) => Outcome<Appended> | Promise<Outcome<Appended>>,
  ): Promise<Outcome<Appended>[]> {
    const placed = new Map<Entry, Placed | ChatError>();
    for (const round of rounds(entries)) {
      const left = locked === 'pass over' ? await this.placeMessages(round, placed) : round;
      if (left.length > 0) await this.place(left, locked, placed);
    }
    if (placed.size > 0) this.database.wrote();
    return Promise.all(
      entries.map(async (entry): Promise<Outcome<Appended>> => {
        const place = placed.get(entry);
        if (!place) return (await this.find(entry)) ?? otherwise(entry);
        if (place instanceof ChatError) return { refused: place };
        return { result: { event: storedEvent(entry, place), dup: false } };
      }),
    );
  }

  /** Returns those that have to be looked at one by one. */
  private async placeMessages(entries: Entry[], placed: Map<Entry, Placed | ChatError>): Promise<Entry[]> {
    if (!areNewMessages(entries)) return entries;
    try {
      const stored = await storeMessages(this.database, entries);
      for (const [entry, place] of stored) placed.set(entry, place);
      return stored.size === entries.length ? [] : entries.filter((entry) => !stored.has(entry));
    } catch (error) {
      if (isBadData(error) || isUniqueViolation(error)) return entries;
      throw error;
    }
  }

  /** One draft that the database cannot store fails the statement for all: it is looked for by halves, and refused alone. */
  private async place(
    entries: Entry[],
    locked: 'pass over' | 'wait',
    placed: Map<Entry, Placed | ChatError>,
  ): Promise<void> {
    try {
      for (const { n, ...place } of await this.store(entries, locked)) placed.set(entries[n] as Entry, place);
    } catch (error) {
      if (!isBadData(error)) throw error;
      const [only] = entries;
      if (entries.length === 1)
        return void placed.set(only as Entry, new ChatError('bad_schema', 'it holds what cannot be stored'));
      const half = Math.ceil(entries.length / 2);
      await this.place(entries.slice(0, half), locked, placed);
      await this.place(entries.slice(half), locked, placed);
    }
  }

  private async store(entries: Entry[], locked: 'pass over' | 'wait'): Promise<Answer[]> {
    const { name, text } = appendStatement(entries, locked);
    const drafts = JSON.stringify(entries.map(rowOf));
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.database.runPrepared<Answer>(name, text, [drafts]);
      } catch (error) {
        if (!isUniqueViolation(error) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** What was stored before: by somebody's earlier send, or by an attempt of ours whose answer was lost. */
  private async find({ draft, id }: Entry): Promise<Outcome<Appended> | undefined> {
    const row = await selectEvents(this.database.kysely)
      .where('event.room_id', '=', draft.roomId)
      .where('event.actor_id', '=', draft.actor.id)
      .where('event.client_id', '=', draft.clientId)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const event = eventOf(row);
    return { result: { event, dup: event.id !== id } };
  }
}

function notThere(): ChatError {
  return new ChatError('not_found', 'there is no such room or message');
}

/** A draft as the statement reads it; what is `undefined` or `null` is null there. */
function rowOf({ draft, id, at }: Entry, n: number): object {
  const { roomId, type, actor, clientId, data } = draft;
  const { text, replyTo } = data as { text?: string; replyTo?: string };
  return {
    n,
    room_id: roomId,
    type,
    id,
    actor_id: actor.id,
    client_id: clientId,
    about_id: aboutOf(draft),
    data: keptDataOf(draft),
    text,
    reply_to: replyTo,
    at,
    rights: draft.rights,
    raises: raiseOf(type),
    name: actor.name,
    guest: guestFlag(actor),
  };
}
