import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import type { PostgresDatabase } from '../database/postgres.database.js';
import { isUniqueViolation } from '../database/postgres.errors.js';
import { ChatError } from '../protocol/chat-error.js';
import { GroupCommit, type Outcome } from './group-commit.js';
import type { Appended } from './room-log.js';
import { eventOf, guestFlag, type PersonColumns, selectEvents } from './rows.js';
import { type Entry, SqlRoomLog } from './sql.room-log.js';

/** Passes over rooms that somebody else has locked at this moment. */
const APPEND_FREE = readFileSync(join(import.meta.dirname, 'postgres.append.sql'), 'utf8');
/** Waits for them. */
const APPEND_PATIENTLY = APPEND_FREE.replace('skip locked', '');
/** Two nodes may store the same draft at once: one of them sees the other's only when it asks again. */
const ATTEMPTS = 4;

type Placed = PersonColumns & { id: string; seq: number };

/**
 * Appends in one statement, which is its own transaction. A room that another node is writing to goes on in a lane of
 * its own, so that no other room waits for it, however long it stays locked.
 */
export class PostgresRoomLog extends SqlRoomLog {
  private readonly patientLanes = new Map<string, GroupCommit<Entry, Appended>>();

  constructor(protected override readonly database: PostgresDatabase) {
    super();
  }

  protected override commit(entries: Entry[]): Promise<Outcome<Appended>[]> {
    return this.run(APPEND_FREE, entries, (entry) => ({ later: this.waitForRoom(entry) }));
  }

  private waitForRoom(entry: Entry): Promise<Appended> {
    const { roomId } = entry.draft;
    const lane = this.patientLanes.get(roomId) ?? this.patientLane(roomId);
    this.patientLanes.set(roomId, lane);
    return lane.append(entry);
  }

  private patientLane(roomId: string): GroupCommit<Entry, Appended> {
    const notFound = new ChatError('not_found', 'there is no such room');
    const commit = (entries: Entry[]) =>
      this.database.attempt(() => this.run(APPEND_PATIENTLY, entries, () => ({ refused: notFound })));
    return new GroupCommit(commit, () => this.patientLanes.delete(roomId));
  }

  private async run(
    statement: string,
    entries: Entry[],
    otherwise: (entry: Entry) => Outcome<Appended>,
  ): Promise<Outcome<Appended>[]> {
    const placed = await this.store(statement, entries);
    return Promise.all(
      entries.map(async (entry): Promise<Outcome<Appended>> => {
        const place = placed.get(entry.record.id);
        if (!place) return (await this.find(entry)) ?? otherwise(entry);
        return {
          result: { event: eventOf({ ...entry.record, ...place, seq: Number(place.seq) }), dup: false },
        };
      }),
    );
  }

  private async store(statement: string, entries: Entry[]): Promise<Map<string, Placed>> {
    const column = <Value>(value: (entry: Entry) => Value): Value[] => entries.map(value);
    const query = CompiledQuery.raw(statement, [
      column(({ record }) => record.room_id),
      column(({ record }) => record.type),
      column(({ record }) => record.id),
      column(({ record }) => record.actor_id),
      column(({ record }) => record.client_id),
      column(({ record }) => record.data),
      column(({ draft }) => draft.replyTo ?? null),
      column(({ record }) => record.at),
      column(({ draft }) => draft.text),
      column(({ draft }) => draft.actor.name),
      column(({ draft }) => guestFlag(draft.actor)),
    ]);
    for (let attempt = 1; ; attempt++) {
      try {
        const { rows } = await this.database.kysely.executeQuery<Placed>(query);
        return new Map(rows.map((row) => [row.id, row]));
      } catch (error) {
        if (!isUniqueViolation(error) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** What was stored before: by somebody's earlier send, or by an attempt of ours whose answer was lost. */
  private async find({ record }: Entry): Promise<Outcome<Appended> | undefined> {
    const row = await selectEvents(this.database.kysely)
      .where('room_id', '=', record.room_id)
      .where('actor_id', '=', record.actor_id)
      .where('client_id', '=', record.client_id)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const event = eventOf(row);
    return { result: { event, dup: event.id !== record.id } };
  }
}
