import type { Message, User } from '../../src/protocol/events.js';
import type { HistoryPage } from '../../src/protocol/http.js';

/**
 * What one knows of a room, as a pure reducer. The same facts in any order and any number give the same state.
 *
 * `messages` is one stretch of the room's log without holes: from the oldest page loaded to `position`. A message
 * that comes before its turn waits in `ahead` until the hole before it is filled.
 */
export interface RoomState {
  room: string;
  epoch: string;
  messages: readonly Message[];
  /** Everything up to this seq is known. */
  position: number;
  /** The newest seq heard of; above `position` there is something to fetch. */
  head: number;
  /** Whether there are messages older than the first one here. */
  more: boolean;
  ahead: readonly Message[];
  /** Seqs of log events that are no messages and came before their turn. */
  aheadOther: readonly number[];
  me: User;
  members: readonly User[];
  online: number;
  typing: readonly { user: User; until: number }[];
}

export type RoomEvent =
  | { type: 'message'; message: Message }
  /** An event of the log that shows nothing here, but has its place in the order. */
  | { type: 'other'; seq: number }
  | { type: 'heard-of'; head: number }
  /** Everything of the log in (after, page end]; `page.messages` ascending. */
  | { type: 'newer'; after: number; page: HistoryPage }
  | { type: 'older'; before: number; page: HistoryPage }
  | { type: 'present'; members: readonly User[]; online: number }
  | { type: 'presence'; online: number; joined: readonly User[]; left: readonly string[] }
  | { type: 'typing'; user: User; now: number }
  | { type: 'tick'; now: number }
  | { type: 'me'; user: User };

export const TYPING_MS = 5_000;

export function initialRoomState(start: {
  history: HistoryPage;
  me: User;
  members: readonly User[];
  online: number;
}): RoomState {
  const { history, me, members, online } = start;
  return {
    room: history.room,
    epoch: history.epoch,
    messages: history.messages,
    position: history.head,
    head: history.head,
    more: history.more,
    ahead: [],
    aheadOther: [],
    me,
    members: byName(members),
    online,
    typing: [],
  };
}

export function reduceRoom(state: RoomState, event: RoomEvent): RoomState {
  switch (event.type) {
    case 'message':
      return withMessage(state, event.message);
    case 'other':
      if (event.seq <= state.position || state.aheadOther.includes(event.seq)) return state;
      return settle({
        ...state,
        head: Math.max(state.head, event.seq),
        aheadOther: [...state.aheadOther, event.seq],
      });
    case 'heard-of':
      return event.head > state.head ? { ...state, head: event.head } : state;
    case 'newer':
      return withNewer(state, event.after, event.page);
    case 'older':
      return withOlder(state, event.before, event.page);
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

function withMessage(state: RoomState, message: Message): RoomState {
  if (message.room !== state.room || message.seq <= state.position) return state;
  if (state.ahead.some(({ seq }) => seq === message.seq)) return state;
  const typing = state.typing.filter(({ user }) => user.id !== message.user.id);
  const ahead = [...state.ahead, message].sort(bySeq);
  return settle({ ...state, typing, head: Math.max(state.head, message.seq), ahead });
}

function withNewer(state: RoomState, after: number, page: HistoryPage): RoomState {
  if (page.epoch !== state.epoch || after > state.position) return state;
  const last = page.messages.at(-1)?.seq ?? after;
  const end = page.more ? last : Math.max(page.head, last);
  const fresh = page.messages.filter(({ seq }) => seq > state.position);
  const head = Math.max(state.head, page.head);
  if (end <= state.position) return head === state.head ? state : { ...state, head };
  return settle({ ...state, head, position: end, messages: [...state.messages, ...fresh] });
}

function withOlder(state: RoomState, before: number, page: HistoryPage): RoomState {
  const first = state.messages[0]?.seq ?? state.position + 1;
  // Only the page that ends exactly where the stretch begins: another one would leave a hole or repeat.
  if (page.epoch !== state.epoch || before !== first) return state;
  const older = page.messages.filter(({ seq }) => seq < first);
  return { ...state, more: page.more, messages: [...older, ...state.messages] };
}

/** Moves what has become next from `ahead` into the stretch. */
function settle(state: RoomState): RoomState {
  let { position } = state;
  const waiting = new Map(state.ahead.map((message) => [message.seq, message]));
  const others = new Set(state.aheadOther);
  const messages = [...state.messages];
  for (;;) {
    const next = waiting.get(position + 1);
    if (!next && !others.has(position + 1)) break;
    if (next) messages.push(next);
    position += 1;
  }
  return {
    ...state,
    position,
    messages: messages.length === state.messages.length ? state.messages : messages,
    ahead: state.ahead.filter(({ seq }) => seq > position),
    aheadOther: state.aheadOther.filter((seq) => seq > position),
  };
}

function bySeq(a: Message, b: Message): number {
  return a.seq - b.seq;
}

/** By code point, not by locale: the server's order and the browser's must be the same. */
function byName(users: readonly User[]): User[] {
  const key = (user: User): string => `${user.name.toLowerCase()}\0${user.id}`;
  const unique = new Map(users.map((user) => [user.id, user]));
  return [...unique.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
