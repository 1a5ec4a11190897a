import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openPage, startDaphne } from '../support/django.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { ServerProcess } from '../support/server-process.js';
import { chance, hostileFrame, oddText } from './hostile.js';
import { type Setting, wireOf } from './mixed-traffic.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());

const FRAMES = 4_000;
/** Django's layer drops what its process has not read yet: nobody is to be told that it was us. */
const AT_ONCE = 40;

/** Somebody who comes back whenever they are thrown out. */
class Attacker {
  sent = 0;
  private socket?: WebSocket;

  constructor(
    private readonly url: string,
    private readonly protocols: string[],
  ) {}

  async send(frame: string | Buffer): Promise<void> {
    while (this.socket?.readyState !== WebSocket.OPEN) {
      this.socket = new WebSocket(this.url, this.protocols);
      this.socket.on('error', () => undefined);
      await once(this.socket, 'open');
    }
    await new Promise<void>((resolve) => this.socket!.send(frame, { binary: false }, () => resolve()));
    this.sent++;
    // What was answered was taken, or it threw us out.
    if (this.sent % 20 === 0 && this.socket.readyState === WebSocket.OPEN) {
      this.socket.ping();
      const gone = new AbortController();
      const either = ['pong', 'close'].map((name) => once(this.socket!, name, { signal: gone.signal }));
      await Promise.race(either);
      gone.abort();
      await Promise.allSettled(either);
    }
  }

  close = () => this.socket?.terminate();
}

const wires: (Setting & { what: string })[] = [
  { layer: 'core', what: 'msgpack' },
  { layer: 'core', what: 'JSON', format: 'json' },
  { layer: 'pubsub', what: 'msgpack' },
];

describe.each(wires)(
  'a Django consumer while our people send what they can think of, $layer, $what',
  (wire) => {
    it(
      `lives after ${FRAMES} frames, and heard all that was stored and nothing else`,
      { timeout: 240_000 },
      async () => {
        const { django, ours } = wireOf(wire, redis.url);
        await using daphne = await startDaphne(django);
        await using server = await ServerProcess.start({
          ...ours,
          DATABASE_URL: 'sqlite::memory:',
          RATE_LIMIT: 'off',
          DJANGO_BRIDGE: 'fuzz',
          LOG_LEVEL: 'silent',
        });
        const socketUrl = `${server.socketUrl}/ws/chat/fuzz/`;
        using page = await openPage(daphne.socketUrl('fuzz'));
        using watcher = await openPage(socketUrl);
        const greeted = () => {
          watcher.say('ready');
          return page.heard.length;
        };
        await expect.poll(greeted, { interval: 200 }).toBeGreaterThan(0);
        watcher.say('begin');
        await page.heardUntil('begin');

        const random = chance(20_261_123);
        const attackers = [[], [], ['chat.v1']].map((protocols) => new Attacker(socketUrl, protocols));
        for (let n = 0; n < FRAMES; n++) {
          await attackers[n % attackers.length]!.send(hostileFrame(random));
          if (n % 4 === 0) watcher.say(oddText(random));
          if (n % AT_ONCE > 0) continue;
          watcher.say(`frame ${n}`);
          await expect.poll(() => page.heard.includes(`frame ${n}`), { timeout: 60_000 }).toBe(true);
        }
        for (const attacker of attackers) attacker.close();

        const last = `alive ${'👋'.repeat(10)}`;
        watcher.say(last);
        await page.heardUntil(last);
        await watcher.heardUntil(last);
        expect(page.isOpen).toBe(true);
        const since = (heard: readonly string[]) => heard.slice(heard.indexOf('begin'));
        expect(since(page.heard).length).toBeGreaterThan(FRAMES / 4);
        expect(since(page.heard)).toEqual(since(watcher.heard));
        page.say('and it still speaks');
        await watcher.heardUntil('and it still speaks');
        expect(daphne.said.filter((line) => line.includes('Traceback'))).toEqual([]);
      },
    );
  },
);
