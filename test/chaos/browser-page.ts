import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { HistoryPage } from '../../src/protocol/index.js';
import type { SocketConstructor } from '../../views/client/chat-socket.js';
import { systemClock } from '../../views/client/clock.js';
import { eventsOf, historyOf } from '../../views/client/http-api.js';
import type { Outgoing } from '../../views/client/outbox.js';
import { RoomSession } from '../../views/client/room-session.js';

const NOBODY = { id: 'nobody', name: 'Nobody', guest: true };

/** The browser's own client code, without a browser: a room as a page shows it. */
export class BrowserPage implements AsyncDisposable {
  private readonly events = new Set<string>();
  private readonly session: RoomSession;

  private constructor(
    private readonly url: string,
    private readonly room: string,
    history: HistoryPage,
  ) {
    const kept = new Map<string, Outgoing>();
    const { events } = this;
    class Listening extends WebSocket {
      constructor(address: string, protocols: string) {
        super(address, protocols);
        this.on('message', (data: Buffer) =>
          events.add((JSON.parse(data.toString()) as { event: string }).event),
        );
      }
    }
    this.session = new RoomSession({
      start: { history, me: NOBODY, members: [], online: 0 },
      url: `${url.replace('http', 'ws')}/ws/chat/`,
      WebSocket: Listening as unknown as SocketConstructor,
      clock: systemClock,
      random: Math.random,
      newClientId: randomUUID,
      fetchHistory: historyOf(room, from(url)),
      fetchEvents: eventsOf(room, from(url)),
      outboxStore: {
        load: async () => [...kept.values()],
        put: async (entry) => void kept.set(entry.clientId, entry),
        remove: async ({ clientId }) => void kept.delete(clientId),
      },
      onReload: () => undefined,
    });
  }

  static async open(url: string, room: string): Promise<BrowserPage> {
    const page = new BrowserPage(url, room, await newest(url, room));
    page.session.start();
    return page;
  }

  say(text: string): void {
    this.session.send(text);
  }

  shows(text: string, times: number): boolean {
    return this.session.view.room.messages.filter((message) => message.text === text).length === times;
  }

  get length(): number {
    return this.session.view.room.messages.length;
  }

  /** Up to its newest, it shows every message that the server's page of history does, and in that order. */
  async isTrue(): Promise<boolean> {
    const shown = this.session.view.room.messages.map(({ seq }) => seq);
    const { messages } = await newest(this.url, this.room);
    const stored = messages.map(({ seq }) => seq);
    const [first = 0, last = 0] = [Math.max(shown[0] ?? 0, stored[0] ?? 0), shown.at(-1)];
    const between = (seqs: number[]) => seqs.filter((seq) => first <= seq && seq <= last).join();
    return between(shown) === between(stored) && shown.length === new Set(shown).size;
  }

  heardOf(event: string): boolean {
    return this.events.has(event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.session.close();
  }
}

/** The page's own requests, which name no host. */
function from(url: string): typeof fetch {
  return (input, init) => fetch(new URL(String(input), url), init);
}

async function newest(url: string, room: string): Promise<HistoryPage> {
  const answer = await fetch(`${url}/api/rooms/${room}/messages?limit=50`);
  if (!answer.ok) throw new Error(`history answered ${answer.status}`);
  return (await answer.json()) as HistoryPage;
}
