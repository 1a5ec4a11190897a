import type { FetchEvents, FetchHistory } from './catch-up.js';
import type { SocketConstructor } from './chat-socket.js';
import type { Clock } from './clock.js';
import type { Connection } from './connection.js';
import type { OutboxStore } from './kept-outbox.js';
import type { Outbox } from './outbox.js';
import type { initialRoomState, RoomState } from './room-state.js';

/** What a page shows of a room. */
export interface RoomView {
  room: RoomState;
  outbox: Outbox;
  connection: Connection;
  /** Other servers are out of reach of ours: what is said there comes late. */
  degraded: boolean;
  older: 'idle' | 'loading' | 'failed';
}

/** What a session is made of; a test passes its own. */
export interface RoomSessionOptions {
  start: Parameters<typeof initialRoomState>[0];
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
