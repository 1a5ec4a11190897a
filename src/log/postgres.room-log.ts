import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import type { PostgresDatabase } from '../database/postgres.database.js';
import { isUniqueViolation } from '../database/postgres.errors.js';
import { ChatError } from '../protocol/chat-error.js';
import type { Outcome } from './group-commit.js';
import type { Appended, MessageDraft } from './room-log.js';
import { eventOf, guestFlag, type EventRecord, type PersonColumns, recordOf, selectEvents } from './rows.js';
import { SqlRoomLog } from './sql.room-log.js';

const APPEND = readFileSync(join(import.meta.dirname, 'postgres.append.sql'), 'utf8');
/** Two nodes may store the same draft at once: one of them sees the other's only when it asks again. */
const ATTEMPTS = 4;

type Placed = PersonColumns & { id: string; seq: number };

/** Appends in one statement, which is its own transaction. */
export class PostgresRoomLog extends SqlRoomLog {
  /** Ids are made once per draft, not per attempt: by them a repetition knows what it has already stored. */
  private readonly records = new WeakMap<MessageDraft, EventRecord>();

  constructor(protected override readonly database: PostgresDatabase) {
    super();
  }

  protected override async commit(drafts: MessageDraft[]): Promise<Outcome<Appended>[]> {
    const records = drafts.map((draft) => this.recordOf(draft));
    const placed = await this.store(drafts, records);
    const outcomes = records.map((record): Outcome<Appended> | undefined => {
      const place = placed.get(record.id);
      return (
        place && { result: { event: eventOf({ ...record, ...place, seq: Number(place.seq) }), dup: false } }
      );
    });
    return Promise.all(outcomes.map((outcome, index) => outcome ?? this.find(records[index] as EventRecord)));
  }

  private async store(drafts: MessageDraft[], records: EventRecord[]): Promise<Map<string, Placed>> {
    const column = <Value>(value: (record: EventRecord, draft: MessageDraft) => Value): Value[] =>
      records.map((record, index) => value(record, drafts[index] as MessageDraft));
    const query = CompiledQuery.raw(APPEND, [
      column(({ room_id }) => room_id),
      column(({ type }) => type),
      column(({ id }) => id),
      column(({ actor_id }) => actor_id),
      column(({ client_id }) => client_id),
      column(({ data }) => data),
      column((_, { replyTo }) => replyTo ?? null),
      column(({ at }) => at),
      column((_, { text }) => text),
      column((_, { actor }) => actor.name),
      column((_, { actor }) => guestFlag(actor)),
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

  private recordOf(draft: MessageDraft): EventRecord {
    const record = this.records.get(draft) ?? recordOf(draft);
    this.records.set(draft, record);
    return record;
  }

  /** What was stored before: by somebody's earlier send, or by an attempt of ours whose answer was lost. */
  private async find({ id, room_id, actor_id, client_id }: EventRecord): Promise<Outcome<Appended>> {
    const row = await selectEvents(this.database.kysely)
      .where('room_id', '=', room_id)
      .where('actor_id', '=', actor_id)
      .where('client_id', '=', client_id)
      .executeTakeFirst();
    if (row === undefined) return { refused: new ChatError('not_found', 'there is no such room') };
    const event = eventOf(row);
    return { result: { event, dup: event.id !== id } };
  }
}
