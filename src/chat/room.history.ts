import type { Room, RoomLog } from '../log/room-log.js';
import type { EventsPage, EventsQuery, HistoryPage, HistoryQuery } from '../protocol/index.js';
import { messageOf, pushOf } from './live-room.js';

/** Messages as they are now. First the head, then the rest: `head` never names what the page does not show. */
export async function readHistory(log: RoomLog, room: Room, query: HistoryQuery): Promise<HistoryPage> {
  const { before, after, limit } = query;
  const heads = await log.heads([room.id]);
  const found = await log.messages(room.id, { before, after, limit: limit + 1 });
  const more = found.length > limit;
  // The one too many stands at the end that was asked for.
  const wanted = after === undefined ? found.slice(-limit) : found.slice(0, limit);
  const head = Math.max(heads.get(room.id) ?? 0, wanted.at(-1)?.seq ?? 0);
  const messages = wanted.map((message) => messageOf(room.name, message));
  return { room: room.name, epoch: room.epoch, head, messages, more };
}

/** What happened behind `after`, in order. */
export async function readEvents(log: RoomLog, room: Room, query: EventsQuery): Promise<EventsPage> {
  const { after, limit } = query;
  const heads = await log.heads([room.id]);
  const found = await log.range(room.id, { after, limit: limit + 1 });
  const wanted = found.slice(0, limit);
  const head = Math.max(heads.get(room.id) ?? 0, wanted.at(-1)?.seq ?? 0);
  const events = wanted.map((event) => pushOf(room.name, event)) as EventsPage['events'];
  return { room: room.name, epoch: room.epoch, head, events, more: found.length > limit };
}
