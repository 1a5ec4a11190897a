import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Communicator } from '../../src/testing/index.js';
import { freePort } from '../support/free-port.js';
import { temporaryFolder } from '../support/folder.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { ServerProcess } from '../support/server-process.js';
import { Insiders, SECRET } from './insiders.js';
import { Person } from './people.js';

const ACTIONS = 10_000;
const stack = new AsyncDisposableStack();
let redis: TestRedis;
let server: ServerProcess;
let adminPort: number;
beforeAll(async () => {
  redis = stack.use(await startRedis());
  const folder = stack.use(await temporaryFolder());
  adminPort = await freePort();
  server = stack.use(
    await ServerProcess.start({
      DATABASE_URL: folder.databaseUrl,
      REDIS_URL: redis.url,
      RATE_LIMIT: 'off',
      ADMIN_PORT: String(adminPort),
      LOG_LEVEL: 'debug',
    }),
  );
});
afterAll(() => stack.disposeAsync());

const NAMES_AND_IDS = [
  /~[a-z2-7]{26}/g,
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
  /[\w-]{43}/g,
];

/** Whatever in a text looks like the name of a hidden room, an id, or a token; and the secret word. */
function traces(text: string): Set<string> {
  const found = new Set(NAMES_AND_IDS.flatMap((pattern) => text.match(pattern) ?? []));
  if (text.includes(SECRET)) found.add(SECRET);
  return found;
}

/** Whoever may see nothing of it: every byte of every answer, on every way there is. */
class Recorder {
  readonly traces = new Set<string>();
  looks = 0;
  sawTheOpen = false;
  private stopped = false;

  constructor(
    private readonly stranger: Person,
    private readonly insiders: Insiders,
    private readonly sockets: readonly Communicator[],
  ) {}

  async watch(): Promise<void> {
    const places = () => [
      '/api/rooms',
      '/chat/',
      '/chat/square/',
      '/chat/~new/',
      '/api/rooms/square/messages',
      '/api/rooms/square/events?after=0',
      '/api/rooms/square/members',
      `/chat/~person/${this.insiders.someone().id}/`,
      '/health/ready',
      '/api/me',
    ];
    while (!this.stopped) {
      for (const socket of this.sockets) await socket.request('pong', {});
      for (const path of places()) {
        await this.look(this.stranger.origin + path);
        await this.look(`http://127.0.0.1:${adminPort}/metrics`);
      }
    }
  }

  stop(): void {
    this.stopped = true;
  }

  async look(url: string): Promise<void> {
    const response = await fetch(url, { headers: { cookie: this.stranger.cookie, accept: '*/*' } });
    const head = [...response.headers].flat().join('\n');
    this.keep(`${head}\n${await response.text()}`);
    this.looks++;
  }

  hear(socket: Communicator): void {
    for (const frame of socket.received) this.keep(JSON.stringify(frame));
  }

  keep(text: string): void {
    for (const trace of traces(text)) this.traces.add(trace);
    this.sawTheOpen ||= text.includes('in the open');
  }
}

describe('ten thousand things that others do in private rooms and conversations', () => {
  it('are nothing to a stranger: not one byte of them is in what she gets, in a log, a metric, or a key in Redis', async () => {
    const people = [];
    for (const name of ['Ann', 'Bob', 'Cid', 'Dee', 'Eli'])
      people.push(await Person.registered(server, name));
    const stranger = await Person.registered(server, 'Stranger');
    const sockets = [
      await stranger.socket(),
      await stranger.socket('/ws/chat/square/'),
      await stranger.socket('/ws/chat/'),
    ];
    for (const socket of sockets) await socket.request('room.join', { room: 'square' });
    const monitor = await new Redis(redis.url, { protocol: 2 }).monitor();
    const keys = new Set<string>();
    monitor.on('monitor', (_time: string, args: string[]) => keys.add(`${args[0]} ${args[1] ?? ''}`));

    await using insiders = await Insiders.start(people, 20_261_123);
    const recorder = new Recorder(stranger, insiders, sockets);
    const watching = recorder.watch();
    await insiders.act(ACTIONS);
    recorder.stop();
    await watching;
    // What was said last in public came: so all that was to come has come.
    const last = randomUUID();
    await people[0]!.call('POST', '/api/rooms/square/messages', { text: last, clientId: last });
    for (const socket of sockets) {
      recorder.hear(socket);
      recorder.keep(JSON.stringify(await socket.push('message.created', ({ text }) => text === last)));
    }
    monitor.disconnect();

    // Something happened, and was seen where it may be: or this test says nothing.
    expect(insiders.done).toBeGreaterThanOrEqual(ACTIONS);
    expect(
      Object.values(insiders.counts).every((count) => count > 0),
      JSON.stringify(insiders.counts),
    ).toBe(true);
    expect(recorder.looks).toBeGreaterThan(100);
    expect(recorder.sawTheOpen).toBe(true);
    expect(keys.size).toBeGreaterThan(5);

    const secrets = new Set([SECRET, ...insiders.names, ...insiders.ids]);
    expect([...recorder.traces].filter((trace) => secrets.has(trace))).toEqual([]);
    expect([...traces(server.output)].filter((trace) => secrets.has(trace))).toEqual([]);
    expect([...traces([...keys].join('\n'))].filter((trace) => secrets.has(trace))).toEqual([]);
  }, 600_000);
});
