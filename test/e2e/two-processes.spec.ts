import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Communicator } from '../../src/testing/index.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { ServerProcess } from '../support/server-process.js';

let redis: TestRedis;
let postgres: TestPostgres;
let env: Record<string, string>;
beforeAll(async () => {
  [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  env = {
    REDIS_URL: redis.url,
    DATABASE_URL: await postgres.createDatabase(),
    AUTH_SECRET: 'a secret that both processes share, of forty',
    RATE_LIMIT: 'off',
  };
});
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]();
  await redis?.[Symbol.asyncDispose]();
});

const connect = (server: ServerProcess) =>
  Communicator.connect(`${server.socketUrl}/ws/chat/`, { timeoutMs: 15_000 });

describe.each(['redis-pubsub', 'redis'])(
  'two processes on one PostgreSQL and one Redis, %s',
  { timeout: 90_000 },
  (layer) => {
    const room = `lobby-${layer}`;
    const once = `once-${layer}`;
    const people = `people-${layer}`;
    const start = () => ServerProcess.start({ ...env, CHANNEL_LAYER: layer });

    it('share a room: what many send on both is seen by everybody, in one order without a hole', async () => {
      await using one = await start();
      await using two = await start();
      const listeners = await Promise.all([connect(one), connect(two)]);
      for (const listener of listeners) await listener.request('room.join', { room });
      const senders = await Promise.all(Array.from({ length: 10 }, (_, n) => connect(n % 2 ? one : two)));

      const each = 50;
      const seqs = await Promise.all(
        senders.map(async (sender) => {
          const own: number[] = [];
          for (let n = 0; n < each; n++)
            own.push(
              (await sender.request('message.send', { room, text: `${n}`, clientId: randomUUID() })).seq,
            );
          return own;
        }),
      );

      const all = seqs.flat().sort((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: senders.length * each }, (_, n) => n + 1));
      for (const listener of listeners)
        for (const seq of all) expect((await listener.push('message.created')).seq).toBe(seq);
      for (const client of [...listeners, ...senders]) await client.close();
    });

    it('store a message once that is sent on both at the same time', async () => {
      await using one = await start();
      await using two = await start();
      const guest = await fetch(`${one.url}/api/auth/sign-in/anonymous`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: one.url },
        body: '{}',
      });
      const cookie = guest.headers
        .getSetCookie()
        .map((line) => line.split(';', 1)[0])
        .join('; ');
      const clientId = randomUUID();
      const post = async (server: ServerProcess) => {
        const response = await fetch(`${server.url}/api/rooms/${once}/messages`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: server.url, cookie },
          body: JSON.stringify({ text: 'once', clientId }),
        });
        return { status: response.status, ...((await response.json()) as { seq: number; id: string }) };
      };

      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => post(n % 2 ? one : two)));

      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
    });

    it('see who is with the other one, and who writes there', async () => {
      await using one = await start();
      await using two = await start();
      const [ann, bob] = [await connect(one), await connect(two)];
      await ann.request('room.join', { room: people });
      await bob.request('room.join', { room: people });

      const isBob = ({ joined }: { joined: { id: string }[] }) => joined.some(({ id }) => id === bob.user.id);
      expect(await ann.push('presence', isBob)).toMatchObject({ room: people, online: 2 });
      await bob.request('typing', { room: people });
      expect(await ann.push('typing')).toEqual({ room: people, user: bob.user });

      const bobId = bob.user.id;
      await bob.close();
      expect(await ann.push('presence', ({ left }) => left.includes(bobId))).toMatchObject({ online: 1 });
      await ann.close();
    });
  },
);
