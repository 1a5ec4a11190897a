import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelLayer } from '../../src/channel-layer/channel-layer.js';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';
import { RedisChannelLayer } from '../../src/channel-layer/redis.channel-layer.js';
import { closing, twoCoreNodes, twoRedisNodes } from '../support/channel-layers.js';
import { healthOf, nextOf, ownClock } from '../support/observe.js';
import { freePort } from '../support/free-port.js';
import { startRedis } from '../support/redis.js';

const event = (message: string) => ({ type: 'chat.message', message });

/** What the layer tells the operator. */
const lines: string[] = [];
beforeAll(() => {
  const note = (line: unknown) => void lines.push(String(line));
  Logger.overrideLogger({ log: note, warn: note, error: note });
});
beforeEach(() => void (lines.length = 0));
afterAll(() => Logger.overrideLogger(['log', 'warn', 'error']));

/** Settles within the time that a person would not notice; a call that hangs fails the test. */
async function quickly<T>(call: Promise<T>, withinMs: number): Promise<T> {
  using clock = ownClock();
  const result = await call;
  expect(clock.ms()).toBeLessThan(withinMs);
  return result;
}

/** Somebody with a console on that Redis. */
function operatorOf(url: string) {
  const client = new Redis(url);
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}

async function member(layer: ChannelLayer, group: string) {
  const channel = await layer.newChannel();
  await layer.groupAdd(group, channel);
  return { channel, next: (count = 1) => nextOf(layer.receive(channel), count) };
}

/** What differs: which connections there are, and what they must be allowed. */
const kinds = [
  {
    Layer: RedisPubSubChannelLayer,
    twoNodes: twoRedisNodes,
    type: 'pubsub',
    connections: 2,
    sendMs: 100,
    rights: ['+publish', '+subscribe', '+unsubscribe', 'allchannels'],
  },
  {
    Layer: RedisChannelLayer,
    twoNodes: twoCoreNodes,
    type: 'normal',
    connections: 4,
    // It asks Redis whether there is room, and waits a second at most.
    sendMs: 1500,
    rights: ['+@sortedset', '+@set', '+@scripting', '+del', '+expire', '+time', '+ping', 'allkeys'],
  },
];

describe.each(kinds)(
  '$Layer.name and a Redis in trouble',
  ({ Layer, twoNodes, type, connections, sendMs, rights }) => {
    it('tells a discontinuity and goes on when Redis drops its subscribers, again and again', async () => {
      await using redis = await startRedis();
      await using nodes = await twoNodes({ hosts: [redis.url] });
      const reader = await member(nodes.b, 'room');
      using operator = operatorOf(redis.url);
      for (let round = 0; round < 5; round++) {
        const gaps = [nextOf(nodes.a.discontinuity, 1), nextOf(nodes.b.discontinuity, 1)];
        expect(await operator.call('CLIENT', 'KILL', 'TYPE', type)).toBe(connections);
        await Promise.all(gaps);
        await Promise.all([healthOf(nodes.a, 'ready'), healthOf(nodes.b, 'ready')]);
        const arrived = reader.next();
        await nodes.a.groupSend('room', event(`round ${round}`));
        expect(await arrived).toEqual([event(`round ${round}`)]);
      }
      // One of each node.
      expect(lines.filter((line) => line.includes('out of reach'))).toHaveLength(2);
    });

    it('notices a frozen Redis within 6 s, lets no call wait for it, and heals', async () => {
      await using redis = await startRedis();
      await using nodes = await twoNodes({ hosts: [redis.url] });
      const reader = await member(nodes.b, 'room');
      const heard = nextOf(nodes.b.receive(reader.channel), 2, 20_000);
      const spare = await nodes.b.newChannel();
      using frozen = ownClock();
      redis.pause();
      // Not noticed yet: sending goes on, joining waits a second at most.
      await quickly(nodes.a.groupSend('room', event('given to a frozen Redis')), sendMs);
      await quickly(nodes.b.groupAdd('joined-while-frozen', spare), 1500);
      await Promise.all([healthOf(nodes.a, 'degraded'), healthOf(nodes.b, 'degraded')]);
      expect(frozen.ms()).toBeLessThan(6000);

      const before = nodes.a.dropped;
      await quickly(nodes.a.groupSend('room', event('lost')), 100);
      expect(nodes.a.dropped).toBe(before + 1);
      await quickly(nodes.b.groupAdd('joined-while-degraded', await quickly(nodes.b.newChannel(), 100)), 100);
      await quickly(nodes.b.groupDiscard('joined-while-degraded', spare), 100);

      const gap = nextOf(nodes.b.discontinuity, 1);
      redis.resume();
      await gap;
      await Promise.all([healthOf(nodes.a, 'ready'), healthOf(nodes.b, 'ready')]);
      const later = nextOf(nodes.b.receive(spare), 1);
      await nodes.a.groupSend('joined-while-frozen', event('hi'));
      expect(await later).toEqual([event('hi')]);
      await nodes.a.groupSend('room', event('back'));
      // What Redis was given before anybody noticed is late, not lost.
      expect(await heard).toEqual([event('given to a frozen Redis'), event('back')]);
    });

    it('starts degraded without a Redis, works within the process, and heals when Redis starts', async () => {
      const port = await freePort();
      const hosts = [`redis://127.0.0.1:${port}`];
      await using nodes = closing(new Layer({ hosts }), new Layer({ hosts }));
      const reader = await quickly(member(nodes.a, 'room'), 1500);
      const local = reader.next();
      await quickly(nodes.a.groupSend('room', event('to ourselves')), 100);
      expect(await local).toEqual([event('to ourselves')]);
      expect(nodes.a.dropped).toBe(1);
      await healthOf(nodes.a, 'degraded');

      const gap = nextOf(nodes.a.discontinuity, 1);
      await using redis = await startRedis({ port });
      await gap;
      await Promise.all([healthOf(nodes.a, 'ready'), healthOf(nodes.b, 'ready')]);
      const arrived = reader.next();
      await nodes.b.groupSend('room', event('hi'));
      expect(await arrived).toEqual([event('hi')]);
      expect(redis.port).toBe(port);
      expect(lines.filter((line) => line.includes('out of reach'))).toHaveLength(2);
      expect(lines[0]).toContain('ECONNREFUSED');
    });

    it('survives the death of Redis and its return', async () => {
      await using redis = await startRedis();
      await using nodes = await twoNodes({ hosts: [redis.url] });
      const reader = await member(nodes.b, 'room');
      await redis.kill();
      await Promise.all([healthOf(nodes.a, 'degraded'), healthOf(nodes.b, 'degraded')]);
      const gap = nextOf(nodes.b.discontinuity, 1);
      await redis.restart();
      await gap;
      await healthOf(nodes.a, 'ready');
      const arrived = reader.next();
      await nodes.a.groupSend('room', event('back'));
      expect(await arrived).toEqual([event('back')]);
    });

    it('tells the others that they missed something when one process could not publish', async () => {
      await using redis = await startRedis();
      await using nodes = await twoNodes({ hosts: [redis.url] });
      using operator = operatorOf(redis.url);
      const list = (await operator.call('CLIENT', 'LIST', 'TYPE', type)) as string;
      const first = list.split('\n').find((line) => line.includes('name=nest-realtime-chat'))!;
      // The first is a's: its link ends, and what it sends before it is back cannot leave the process.
      await operator.call('CLIENT', 'KILL', 'ID', first.match(/^id=(\d+)/)![1]!);
      await healthOf(nodes.a, 'degraded');
      const missed = nextOf(nodes.b.discontinuity, 1);
      await nodes.a.groupSend('room', event('lost'));
      expect(await missed).toHaveLength(1);
    });

    it('degrades when its rights are taken away, says so at most once in 10 s, and heals', async () => {
      await using redis = await startRedis();
      using operator = operatorOf(redis.url);
      await operator.call('ACL', 'SETUSER', 'chat', 'on', '>pw', ...rights);
      const url = redis.url.replace('//', '//chat:pw@');
      await using nodes = await twoNodes({ hosts: [url] });
      await operator.call('ACL', 'SETUSER', 'chat', 'off');
      await operator.call('CLIENT', 'KILL', 'USER', 'chat');
      await Promise.all([healthOf(nodes.a, 'degraded'), healthOf(nodes.b, 'degraded')]);
      await operator.call('ACL', 'SETUSER', 'chat', 'on');
      await Promise.all([healthOf(nodes.a, 'ready'), healthOf(nodes.b, 'ready')]);
      expect(lines.filter((line) => line.includes('out of reach'))).toHaveLength(2);
      expect(lines.join('\n')).not.toContain('pw@');
    });

    it('does not wait for a server that accepts and says nothing', async () => {
      const mute = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => mute.once('listening', resolve));
      const address = mute.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      const layer = new Layer({ hosts: [`redis://127.0.0.1:${address.port}`] });
      const channel = await quickly(layer.newChannel(), 1500);
      await quickly(layer.groupAdd('room', channel), 1500);
      const local = nextOf(layer.receive(channel), 1);
      await quickly(layer.groupSend('room', event('hi')), 100);
      expect(await local).toEqual([event('hi')]);
      await quickly(layer.close(), 1500);
      mute.close();
    });

    it('closes without delay while Redis is frozen', async () => {
      await using redis = await startRedis();
      const layer = new Layer({ hosts: [redis.url] });
      await healthOf(layer, 'ready');
      redis.pause();
      await quickly(layer.close(), 1500);
      await expect(layer.newChannel()).rejects.toThrow('is closed');
    });
  },
);
