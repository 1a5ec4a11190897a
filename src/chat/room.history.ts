import type { Head, Room, RoomLog } from '../log/room-log.js';
import type { EventsPage, EventsQuery, HistoryPage, HistoryQuery } from '../protocol/index.js';
import { messageOf, pushOf } from './live-room.js';

/** Messages as they are now. First the head, then the rest: `head` never names what the page does not show. */
export async function readHistory(log: RoomLog, room: Room, query: HistoryQuery): Promise<HistoryPage> {
  const { before, after, limit } = query;
  const { epoch, seq } = await headOf(log, room);
  const found = await log.messages(room.id, { before, after, limit: limit + 1 });
  const more = found.length > limit;
  // The one too many stands at the end that was asked for.
  const wanted = after === undefined ? found.slice(-limit) : found.slice(0, limit);
  const head = Math.max(seq, wanted.at(-1)?.seq ?? 0);
  const messages = wanted.map((message) => messageOf(room.name, message));
  return { room: room.name, epoch, head, messages, more };
}

/** What happened behind `after`, in order. */
export async function readEvents(log: RoomLog, room: Room, query: EventsQuery): Promise<EventsPage> {
  const { after, limit } = query;
  const { epoch, seq } = await headOf(log, room);
  const found = await log.range(room.id, { after, limit: limit + 1 });
  const wanted = found.slice(0, limit);
  const head = Math.max(seq, wanted.at(-1)?.seq ?? 0);
  const events = wanted.map((event) => pushOf(room.name, event)) as EventsPage['events'];
  return { room: room.name, epoch, head, events, more: found.length > limit };
}

async function headOf(log: RoomLog, { id, epoch }: Room): Promise<Head> {
  return (await log.heads([id])).get(id) ?? { epoch, seq: 0 };
}
