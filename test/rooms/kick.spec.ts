import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Communicator } from '../../src/testing/index.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { ServerProcess } from '../support/server-process.js';
import { Person } from './people.js';

let redis: TestRedis;
let postgres: TestPostgres;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  stack.use(redis);
  stack.use(postgres);
});
afterAll(() => stack.disposeAsync());

const say = (socket: Communicator, room: string, text: string) =>
  socket.request('message.send', { room, text, clientId: randomUUID() });

/** Everything of the room that came, by its place in the order. */
function seqsOf(socket: Communicator, room: string): number[] {
  const events = socket.received.filter(({ event, data }) => {
    const { room: of, seq } = (data ?? {}) as { room?: string; seq?: number };
    return of === room && seq !== undefined && event !== 'room.left';
  });
  return events.map(({ data }) => (data as { seq: number }).seq);
}

describe.each(['redis-pubsub', 'redis'])('two processes, %s', (layer) => {
  it('whoever is removed gets everything up to that, and nothing behind it, on either', async () => {
    const env = {
      REDIS_URL: redis.url,
      CHANNEL_LAYER: layer,
      CHANNEL_PREFIX: `kick-${layer}`,
      DATABASE_URL: await postgres.createDatabase(),
      AUTH_SECRET: 'a secret that both processes share, of forty',
      RATE_LIMIT: 'off',
    };
    await using one = await ServerProcess.start(env);
    await using two = await ServerProcess.start(env);
    const [owner, writer, victim] = [
      await Person.registered(one, 'Olga'),
      await Person.registered(one, 'Wim'),
      await Person.registered(one, 'Vic'),
    ];
    const { body } = await owner.call('POST', '/api/rooms', { kind: 'private', title: 'Den' });
    const room = String(body.room);
    await owner.call('PUT', `/api/rooms/${room}/members/${writer.id}`, {});
    const writers = [await writer.socket(), await writer.at(two.url).socket()];
    for (const socket of writers) await socket.request('room.join', { room });

    for (const [round, deed] of ['kick', 'ban', 'kick', 'leave'].entries()) {
      if (deed !== 'leave' || round > 0) await owner.call('DELETE', `/api/rooms/${room}/bans/${victim.id}`);
      expect(
        (await owner.call('PUT', `/api/rooms/${room}/members/${victim.id}`, {})).status,
        `round ${round}`,
      ).toBe(200);
      const sockets = [await victim.socket(), await victim.at(two.url).socket()];
      const joined = await Promise.all(sockets.map((socket) => socket.request('room.join', { room })));

      let stop = false;
      const talking = writers.map(async (socket, n) => {
        for (let m = 0; !stop; m++) await say(socket, room, `${round} ${n} ${m}`);
      });
      await sockets[1]!.push('message.created', ({ text }) => text.startsWith(`${round} `));
      const path = `/api/rooms/${room}/${deed === 'ban' ? 'bans' : 'members'}/${victim.id}`;
      const done =
        deed === 'leave'
          ? await victim.at(two.url).call('DELETE', `/api/rooms/${room}/members/me`)
          : await owner.call(deed === 'ban' ? 'PUT' : 'DELETE', path, deed === 'ban' ? {} : undefined);
      expect([deed, done.status]).toEqual([deed, 200]);
      const { seq } = done.body as { seq: number };
      for (const socket of sockets)
        expect(await socket.push('room.left', (left) => left.room === room)).toEqual({ room, seq });

      // Both processes have gone on: what is said now is behind it.
      const behind = await Promise.all(writers.map((socket, n) => say(socket, room, `behind ${round} ${n}`)));
      stop = true;
      await Promise.all(talking);
      const last = Math.max(...behind.map((sent) => sent.seq));
      for (const socket of writers) await socket.push('message.created', (message) => message.seq >= last);
      for (const [n, socket] of sockets.entries()) {
        await socket.request('pong', {});
        const seqs = seqsOf(socket, room);
        // One was taken out of the inbox above.
        const first = joined[n]!.head + 1;
        const all = Array.from({ length: seq - first + 1 }, (_, index) => first + index);
        expect(seqs.length).toBeGreaterThanOrEqual(all.length - 1);
        expect(all).toEqual(expect.arrayContaining(seqs));
        expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
        await expect(socket.request('room.join', { room, after: seq })).rejects.toMatchObject({
          code: 'not_found',
        });
        await expect(say(socket, room, 'still here?')).rejects.toMatchObject({ code: 'not_found' });
        await socket.close();
      }
      for (const at of [victim, victim.at(two.url)])
        for (const what of ['messages', 'events?after=0', 'members'])
          expect((await at.call('GET', `/api/rooms/${room}/${what}`)).status).toBe(404);
    }
  }, 90_000);
});
