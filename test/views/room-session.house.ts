import { WebSocket } from 'ws';
import type { User } from '../../src/protocol/index.js';
import type { FetchEvents, FetchHistory } from '../../views/client/catch-up.js';
import type { SocketConstructor } from '../../views/client/chat-socket.js';
import { type Clock, systemClock } from '../../views/client/clock.js';
import type { OutboxStore } from '../../views/client/kept-outbox.js';
import type { Outgoing } from '../../views/client/outbox.js';
import { RoomSession } from '../../views/client/room-session.js';
import type { RoomView } from '../../views/client/room-view.js';
import { SocketServer } from './socket-server.js';
import { ann, bob, eventsOf, message, pageOf } from './support.js';

/** What outlives a page, as long as the test. */
export function memoryOutbox(
  kept = new Map<string, Outgoing>(),
): OutboxStore & { kept: Map<string, Outgoing> } {
  return {
    kept,
    load: async (author) => [...kept.values()].filter((entry) => entry.author === author),
    put: async (entry) => void kept.set(entry.clientId, entry),
    remove: async ({ author, clientId }) =>
      void (kept.get(clientId)?.author === author && kept.delete(clientId)),
  };
}

/** A session of Bob's in a room with three messages, on a server that admits him with `head`. */
export async function enter(options: {
  head: () => number;
  epoch?: string;
  fetchEvents?: FetchEvents;
  fetchHistory?: FetchHistory;
  outboxStore?: OutboxStore;
  clock?: Clock;
  /** Whom the page was made for; Bob where nothing else is said. */
  me?: User;
  /** Whom the server knows the socket as. */
  as?: () => User;
}) {
  const server = await SocketServer.start();
  const asked: unknown[] = [];
  const reloaded = Promise.withResolvers<void>();
  let count = 0;
  server.onConnect = (socket) => server.push('welcome', { user: bob }, socket);
  server.onFrame = (frame, socket) => {
    if (frame.event !== 'room.join') return;
    const me = options.as?.() ?? bob;
    const members = [ann, me];
    const joined = { room: 'lobby', epoch: options.epoch ?? 'e1', head: options.head(), recovered: false };
    server.reply(frame, { ...joined, members, online: 2, me }, socket);
  };
  const session = new RoomSession({
    start: { history: pageOf(3, { limit: 50 }), me: options.me ?? bob, members: [], online: 0 },
    url: server.url,
    WebSocket: WebSocket as unknown as SocketConstructor,
    clock: options.clock ?? systemClock,
    random: () => 0,
    newClientId: () => `bob-send-${++count}`,
    fetchHistory: options.fetchHistory ?? (async (query) => pageOf(options.head(), query)),
    fetchEvents:
      options.fetchEvents ??
      (async (query) => {
        asked.push(query);
        return eventsOf(options.head(), query);
      }),
    outboxStore: options.outboxStore ?? memoryOutbox(),
    onReload: reloaded.resolve,
  });
  const until = (true_: (view: RoomView) => boolean): Promise<RoomView> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!true_(session.view)) return;
        unsubscribe();
        resolve(session.view);
      };
      const unsubscribe = session.subscribe(look);
      look();
    });
  session.start();
  return {
    server,
    session,
    until,
    asked,
    reloaded: reloaded.promise,
    async [Symbol.asyncDispose]() {
      session.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

export const seqs = (view: RoomView): number[] => view.room.messages.map(({ seq }) => seq);
export const mine = (seq: number, clientId: string) => message(seq, { user: bob, clientId, text: 'hi' });
