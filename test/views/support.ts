import type { Message, User } from '../../src/protocol/index.js';
import type { EventsPage, HistoryPage, RoomPageData } from '../../src/protocol/http.js';
import type { RoomPush } from '../../views/client/room-events.js';

export const ann: User = { id: 'u-ann', name: 'Ann' };
export const bob: User = { id: 'u-bob', name: 'Bob' };

export function message(seq: number, change: Partial<Message> = {}): Message {
  return {
    room: 'lobby',
    seq,
    id: `m${seq}`,
    user: ann,
    text: `message ${seq}`,
    clientId: `client-${String(seq).padStart(6, '0')}`,
    at: new Date(Date.UTC(2026, 0, 1, 12, 0, seq)).toISOString(),
    ...change,
  };
}

export function messages(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
}

/** What the server answers for a log that holds 1 … head, all of them messages. */
export function pageOf(
  head: number,
  query: { after?: number; before?: number; limit: number },
  epoch = 'e1',
): HistoryPage {
  const first =
    query.after !== undefined ? query.after + 1 : Math.max(1, (query.before ?? head + 1) - query.limit);
  const last =
    query.after !== undefined
      ? Math.min(head, query.after + query.limit)
      : Math.min(head, (query.before ?? head + 1) - 1);
  const more = query.after !== undefined ? last < head : first > 1;
  return { room: 'lobby', epoch, head, messages: messages(first, last), more };
}

/** What the server tells of it. */
export function created(seq: number, change: Partial<Message> = {}): RoomPush {
  return { event: 'message.created', data: message(seq, change) };
}

/** The events of the same log. */
export function eventsOf(head: number, query: { after: number; limit: number }, epoch = 'e1'): EventsPage {
  const last = Math.min(head, query.after + query.limit);
  const events = messages(query.after + 1, last).map(({ seq }) => created(seq)) as EventsPage['events'];
  return { room: 'lobby', epoch, head, events, more: last < head };
}

export function roomData(change: Partial<RoomPageData> = {}): RoomPageData {
  return {
    view: 'room',
    kind: 'public',
    me: bob,
    title: 'lobby',
    topic: '',
    history: pageOf(3, { limit: 50 }),
    members: [ann, bob],
    online: 2,
    textLength: 4000,
    ...change,
  };
}
