import type { Message, User } from '../../src/protocol/events.js';
import type { HistoryPage } from '../../src/protocol/http.js';
import { applied, type RoomPush } from './room-events.js';
import { factsAfter, factsOf, type PageFacts, type RoomFacts } from './room-facts.js';

/**
 * What one knows of a room, as a pure reducer. The same facts in any order and any number give the same state.
 *
 * `messages` are those of one stretch of the room's log without holes, from the oldest page loaded to `position`, as
 * they are at `position`. An event that comes before its turn waits in `ahead` until the hole before it is filled.
 */
export interface RoomState {
  room: string;
  epoch: string;
  messages: readonly Message[];
  /** As they are at `position`, like the messages. */
  facts: RoomFacts;
  /** Everything up to this seq is known. */
  position: number;
  /** The newest seq heard of; above `position` there is something to fetch. */
  head: number;
  /** Whether there are messages older than the first one here. */
  more: boolean;
  /** Ascending by seq. */
  ahead: readonly RoomPush[];
  /** The last events, for an older page that was read before they happened. */
  recent: readonly RoomPush[];
  me: User;
  members: readonly User[];
  online: number;
  typing: readonly { user: User; until: number }[];
}

export type RoomEvent =
  /** Of the room's log, in any order and any number. */
  | { type: 'log'; events: readonly RoomPush[] }
  | { type: 'heard-of'; head: number }
  | { type: 'older'; before: number; page: HistoryPage }
  /** Messages before this seq: the pages of older ones bring them again. */
  | { type: 'forget'; before: number }
  | { type: 'present'; members: readonly User[]; online: number }
  | { type: 'presence'; online: number; joined: readonly User[]; left: readonly string[] }
  | { type: 'typing'; user: User; now: number }
  | { type: 'tick'; now: number }
  | { type: 'me'; user: User };

export const TYPING_MS = 5_000;
/** More than happens while a page is on its way. */
export const RECENT = 200;

export interface RoomStart extends PageFacts {
  history: HistoryPage;
  me: User;
  members: readonly User[];
  online: number;
}

export function initialRoomState(start: RoomStart): RoomState {
  const { history, me, members, online } = start;
  return {
    room: history.room,
    epoch: history.epoch,
    messages: history.messages,
    facts: factsOf(start),
    position: history.head,
    head: history.head,
    more: history.more,
    ahead: [],
    recent: [],
    me,
    members: byName(members),
    online,
    typing: [],
  };
}

export function reduceRoom(state: RoomState, event: RoomEvent): RoomState {
  switch (event.type) {
    case 'log':
      return withEvents(state, event.events);
    case 'heard-of':
      return event.head > state.head ? { ...state, head: event.head } : state;
    case 'older':
      return withOlder(state, event.before, event.page);
    case 'forget': {
      const messages = state.messages.filter(({ seq }) => seq >= event.before);
      return messages.length === state.messages.length ? state : { ...state, messages, more: true };
    }
    case 'present':
      return { ...state, members: byName(event.members), online: event.online };
    case 'presence': {
      const gone = new Set([...event.left, ...event.joined.map((user) => user.id)]);
      const stayed = state.members.filter((user) => !gone.has(user.id));
      return { ...state, online: event.online, members: byName([...stayed, ...event.joined]) };
    }
    case 'typing':
      if (event.user.id === state.me.id) return state;
      return {
        ...state,
        typing: [
          ...state.typing.filter(({ user, until }) => user.id !== event.user.id && until > event.now),
          { user: event.user, until: event.now + TYPING_MS },
        ],
      };
    case 'tick': {
      const typing = state.typing.filter(({ until }) => until > event.now);
      return typing.length === state.typing.length ? state : { ...state, typing };
    }
    case 'me':
      return {
        ...state,
        me: event.user,
        members: byName(state.members.map((user) => (user.id === event.user.id ? event.user : user))),
      };
  }
}

/** Whether something is missing between what is shown and what was heard of. */
export function hasGap(state: RoomState): boolean {
  return state.head > state.position;
}

function withEvents(state: RoomState, events: readonly RoomPush[]): RoomState {
  const known = new Set(state.ahead.map(({ data }) => data.seq));
  const fresh = events.filter(({ data: { room, seq } }) => {
    const isNew = room === state.room && seq > state.position && !known.has(seq);
    if (isNew) known.add(seq);
    return isNew;
  });
  if (fresh.length === 0) return state;
  const ahead = [...state.ahead, ...fresh].sort((a, b) => a.data.seq - b.data.seq);
  const head = Math.max(state.head, ahead.at(-1)?.data.seq ?? 0);
  const spoke = new Set(
    fresh.map(({ event, data }) => event === 'message.created' && (data as Message).user.id),
  );
  const typing = state.typing.filter(({ user }) => !spoke.has(user.id));
  return settle({ ...state, typing, head, ahead });
}

function withOlder(state: RoomState, before: number, page: HistoryPage): RoomState {
  const first = state.messages[0]?.seq ?? state.position + 1;
  // Only the page that ends exactly where the stretch begins: another one would leave a hole or repeat.
  if (page.epoch !== state.epoch || before !== first) return state;
  const missed = state.recent.filter(({ data }) => data.seq > page.head);
  // More has happened since it was read than is remembered: it has to be read anew.
  if (state.position - page.head > missed.length) return state;
  const older = page.messages.filter(({ seq }) => seq < first);
  const changes = missed.filter(({ event }) => event !== 'message.created');
  const messages = applied(older, changes);
  return { ...state, more: page.more, messages: [...messages, ...state.messages] };
}

/** Applies what has become next. */
function settle(state: RoomState): RoomState {
  let { position, facts } = state;
  const next = state.ahead.filter(({ data }) => data.seq === position + 1 && ++position);
  if (next.length === 0) return state;
  const messages = applied(state.messages, next);
  for (const event of next) facts = factsAfter(facts, event, state.me.id);
  const recent = [...state.recent, ...next].slice(-RECENT);
  return { ...state, position, messages, facts, ahead: state.ahead.slice(next.length), recent };
}

/** By code point, not by locale: the server's order and the browser's must be the same. */
function byName(users: readonly User[]): User[] {
  const key = (user: User): string => `${user.name.toLowerCase()}\0${user.id}`;
  const unique = new Map(users.map((user) => [user.id, user]));
  return [...unique.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
