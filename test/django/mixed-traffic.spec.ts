import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import type { ServerProcess } from '../support/server-process.js';
import { mixedTraffic, type Setting, type Traffic } from './mixed-traffic.js';

let redis: TestRedis;
let postgres: TestPostgres;
beforeAll(async () => {
  [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
});
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]();
  await redis?.[Symbol.asyncDispose]();
});

const clean = { lost: [], doubled: [], misordered: [] };
const keys = ['new', 'old'];
const settings: (Setting & { what: string; room: string })[] = [
  { layer: 'core', what: 'plain', room: 'core_plain' },
  { layer: 'core', what: 'JSON', room: 'core_json', format: 'json' },
  { layer: 'core', what: 'encrypted', room: 'core_encrypted', keys },
  { layer: 'pubsub', what: 'plain', room: 'pubsub_plain' },
  { layer: 'pubsub', what: 'encrypted', room: 'pubsub_encrypted', keys },
];

const statuses = (servers: ServerProcess[]) => () => Promise.all(servers.map((server) => server.status()));

describe.each(settings)('one room of Daphne and of our server, $layer, $what', (setting) => {
  it('what either side says arrives on both, once, in each sender’s order', async () => {
    const outcome = await mixedTraffic({ ...setting, redisUrl: redis.url, seconds: 3, everyMs: 50 });
    expect(outcome).toMatchObject({
      djangoStored: clean,
      oursStored: clean,
      oursInDjango: clean,
      heardLive: clean,
      closed: 0,
      tracebacks: [],
    });
    expect(outcome.djangoStored.said).toBeGreaterThan(50);
    expect(outcome.oursStored.said).toBeGreaterThan(50);
  });
});

describe.each(['core', 'pubsub'] as const)('two processes of ours beside a Django app, %s', (layer) => {
  type Own = Pick<Traffic, 'room' | 'seconds' | 'everyMs' | 'trouble' | 'capacity' | 'redisUrlOf'>;
  const traffic = async (own: Own) =>
    mixedTraffic({
      layer,
      redisUrl: redis.url,
      databaseUrl: await postgres.createDatabase(),
      processes: 2,
      ...own,
    });

  it(
    'one is killed while messages flow both ways: none is lost, none is doubled in the log',
    { timeout: 240_000 },
    async () => {
      for (const victim of [0, 1]) {
        const outcome = await traffic({
          room: `killed_${victim}`,
          seconds: 6,
          everyMs: 40,
          trouble: async (servers) => void (await servers[victim]!.kill('SIGKILL')),
        });
        expect(outcome).toMatchObject({ djangoStored: clean, oursStored: clean, closed: 0, tracebacks: [] });
        // Django's layer is at most once: what was on its way when the process died may be missing there.
        expect(outcome.oursInDjango).toMatchObject({ doubled: [], misordered: [] });
        expect(outcome.lostInPeace).toEqual([]);
      }
    },
  );

  it(
    'each is cut off from Redis for a moment: what it missed keeps its place in the order',
    { timeout: 240_000 },
    async () => {
      const operator = new Redis(redis.url, { protocol: 2 });
      const rights = ['on', '>pw', '+@all', 'allkeys', 'allchannels'];
      for (const n of [0, 1]) await operator.call('ACL', 'SETUSER', `ours${n}`, ...rights);
      const subscriptions = async (n: number) => {
        const clients = String(await operator.call('CLIENT', 'LIST')).split('\n');
        const own = clients.filter((line) => line.includes(` user=ours${n} `));
        return own.map((line) => / sub=\d+/.exec(line)?.[0]).toSorted();
      };
      const outcome = await traffic({
        redisUrlOf: (n) => redis.url.replace('//', `//ours${n}:pw@`),
        room: 'cut',
        seconds: 6,
        everyMs: 20,
        trouble: async () => {
          for (const n of [0, 1]) {
            const before = await subscriptions(n);
            await operator.call('CLIENT', 'KILL', 'USER', `ours${n}`);
            // Where the other is deaf before this one hears again, nobody is there to store what is said.
            await expect.poll(() => subscriptions(n)).toEqual(before);
          }
        },
      });
      operator.disconnect();
      expect(outcome).toMatchObject({ djangoStored: clean, oursStored: clean, closed: 0, tracebacks: [] });
      expect(outcome.djangoStored.said).toBeGreaterThan(100);
    },
  );

  it(
    'Redis stands still, and goes on: nothing of either side is missing in the log, or in the other one’s pages',
    { timeout: 240_000 },
    async () => {
      const outcome = await traffic({
        room: 'still',
        seconds: 10,
        everyMs: 40,
        trouble: async (servers) => {
          redis.pause();
          await expect.poll(statuses(servers)).toEqual(['degraded', 'degraded']);
          await pause(1_500);
          redis.resume();
          await expect.poll(statuses(servers)).toEqual(['up', 'up']);
        },
      });
      expect(outcome).toMatchObject({
        djangoStored: clean,
        oursStored: clean,
        oursInDjango: clean,
        closed: 0,
        tracebacks: [],
      });
      expect(outcome.djangoStored.said).toBeGreaterThan(100);
    },
  );

  it(
    'each is frozen until its queue is full: what Django dropped for it keeps its place in the order',
    { timeout: 240_000 },
    async () => {
      const outcome = await traffic({
        room: 'frozen',
        capacity: 100,
        seconds: 7,
        everyMs: 15,
        trouble: async (servers) => {
          for (const { child } of servers) {
            child.kill('SIGSTOP');
            await pause(1_200);
            child.kill('SIGCONT');
            await pause(600);
          }
        },
      });
      expect(outcome).toMatchObject({ djangoStored: clean, oursStored: clean, closed: 0, tracebacks: [] });
      expect(outcome.djangoStored.said).toBeGreaterThan(100);
    },
  );
});
