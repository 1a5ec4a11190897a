import { availableParallelism } from 'node:os';
import type { Database } from '../database/database.js';
import { AppendStats } from './append-stats.js';
import { GroupCommit, type Outcome } from './group-commit.js';
import { newEpoch } from './new-epoch.js';
import type { Appended, EventDraft, Head, RangeQuery, RoomEvent, StoredMessage } from './room-log.js';
import { RoomLog } from './room-log.js';
import { type Entry, entryOf, eventOf, selectEvents, userOf } from './rows.js';
import { readMessage, readMessages } from './sql.messages.js';

/** Well below what either dialect takes as parameters of one statement. */
const ROOMS_PER_STATEMENT = 1_000;

/** What both dialects do alike: gathering appends, and reading. */
export abstract class SqlRoomLog extends RoomLog {
  protected abstract readonly database: Database;
  readonly stats = new AppendStats();
  private readonly appends = new GroupCommit(
    (entries: Entry[]) => this.database.attempt(() => this.commit(entries)),
    undefined,
    this.stats,
    // On one core, what stores and what receives take turns anyway: then the larger batch is the cheaper one.
    availableParallelism() > 1,
  );

  override append(draft: EventDraft): Promise<Appended> {
    return this.appends.append(entryOf(draft));
  }

  /** One transaction for all. It may be repeated after a failure that left open whether it took effect. */
  protected abstract commit(entries: Entry[]): Promise<Outcome<Appended>[]>;

  override async range(roomId: string, { after, before, limit }: RangeQuery): Promise<RoomEvent[]> {
    const forwards = after !== undefined;
    let query = selectEvents(this.database.kysely).where('event.room_id', '=', roomId).limit(limit);
    if (after !== undefined) query = query.where('event.seq', '>', after);
    if (before !== undefined) query = query.where('event.seq', '<', before);
    query = query.orderBy('event.seq', forwards ? 'asc' : 'desc');
    const events = (await this.database.attempt(() => query.execute())).map(eventOf);
    return this.withMembers(forwards ? events : events.reverse());
  }

  /** Whom events of membership are about is called what they are called now; most pages have none. */
  private async withMembers(events: RoomEvent[]): Promise<RoomEvent[]> {
    const ids = new Set(events.flatMap(({ data }) => ('member' in data ? data.member.id : [])));
    if (ids.size === 0) return events;
    const query = this.database.kysely
      .selectFrom('person')
      .selectAll()
      .where('id', 'in', [...ids]);
    const people = new Map((await this.database.attempt(() => query.execute())).map((row) => [row.id, row]));
    return events.map((event) => {
      if (!('member' in event.data)) return event;
      const { id } = event.data.member;
      const person = people.get(id) ?? { name: null, guest: null, picture: null };
      return { ...event, data: { ...event.data, member: userOf(id, person) } } as RoomEvent;
    });
  }

  override messages(roomId: string, query: RangeQuery): Promise<StoredMessage[]> {
    return this.database.attempt(() => readMessages(this.database.kysely, roomId, query));
  }

  override message(roomId: string, id: string): Promise<StoredMessage | null> {
    return this.database.attempt(() => readMessage(this.database.kysely, roomId, id));
  }

  override async heads(roomIds: string[]): Promise<Map<string, Head>> {
    const heads = new Map<string, Head>();
    for (let from = 0; from < roomIds.length; from += ROOMS_PER_STATEMENT) {
      const some = roomIds.slice(from, from + ROOMS_PER_STATEMENT);
      const query = this.database.kysely
        .selectFrom('room')
        .select(['id', 'epoch', 'head'])
        .where('id', 'in', some);
      for (const { id, epoch, head } of await this.database.attempt(() => query.execute()))
        heads.set(id, { epoch, seq: head });
    }
    return heads;
  }

  override async renew(roomId: string, epoch: string): Promise<void> {
    const query = this.database.kysely
      .updateTable('room')
      .set({ epoch: newEpoch() })
      .where('id', '=', roomId)
      .where('epoch', '=', epoch);
    await this.database.attempt(() => query.execute());
  }
}
