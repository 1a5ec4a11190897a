import type { Database } from '../database/database.js';
import type { RangeQuery, RoomEvent } from './room-log.js';
import { RoomLog } from './room-log.js';
import { eventOf, selectEvents } from './rows.js';

/** Well below what either dialect takes as parameters of one statement. */
const ROOMS_PER_STATEMENT = 1_000;

/** Reading, which both dialects do alike. */
export abstract class SqlRoomLog extends RoomLog {
  protected abstract readonly database: Database;

  override async range(roomId: string, { after, before, limit }: RangeQuery): Promise<RoomEvent[]> {
    const forwards = after !== undefined;
    let query = selectEvents(this.database.kysely).where('room_id', '=', roomId).limit(limit);
    if (after !== undefined) query = query.where('seq', '>', after);
    if (before !== undefined) query = query.where('seq', '<', before);
    query = query.orderBy('seq', forwards ? 'asc' : 'desc');
    const events = (await this.database.attempt(() => query.execute())).map(eventOf);
    return forwards ? events : events.reverse();
  }

  override async heads(roomIds: string[]): Promise<Map<string, number>> {
    const heads = new Map<string, number>();
    for (let from = 0; from < roomIds.length; from += ROOMS_PER_STATEMENT) {
      const some = roomIds.slice(from, from + ROOMS_PER_STATEMENT);
      const query = this.database.kysely.selectFrom('room').select(['id', 'head']).where('id', 'in', some);
      for (const room of await this.database.attempt(() => query.execute())) heads.set(room.id, room.head);
    }
    return heads;
  }
}
