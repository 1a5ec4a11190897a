import type { FetchEvents, FetchHistory } from './catch-up.js';
import type { SocketConstructor } from './chat-socket.js';
import type { Clock } from './clock.js';
import type { Connection } from './connection.js';
import type { OutboxStore } from './kept-outbox.js';
import type { Outbox } from './outbox.js';
import { initialRoomState, type RoomStart, type RoomState } from './room-state.js';

/** What a page shows of a room. */
export interface RoomView {
  room: RoomState;
  outbox: Outbox;
  connection: Connection;
  /** Other servers are out of reach of ours: what is said there comes late. */
  degraded: boolean;
  /** The page has to be made anew, and waits for what no other page would have. */
  outdated: boolean;
  /** Why one is not in the room any more, for people. */
  gone: string | null;
  older: 'idle' | 'loading' | 'failed';
}

/** Before the first word from the server. */
export function initialView(start: RoomStart): RoomView {
  return {
    room: initialRoomState(start),
    outbox: [],
    connection: { status: 'connecting' },
    degraded: false,
    outdated: false,
    gone: null,
    older: 'idle',
  };
}

/** What a session is made of; a test passes its own. */
export interface RoomSessionOptions {
  start: RoomStart;
  url: string;
  WebSocket: SocketConstructor;
  clock: Clock;
  random(): number;
  newClientId(): string;
  fetchHistory: FetchHistory;
  fetchEvents: FetchEvents;
  outboxStore: OutboxStore;
  /** The log on the page is not the room's any more: make the page anew. */
  onReload(): void;
}
