import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import type { ChannelLayer, Discontinuity } from '../../src/channel-layer/channel-layer.js';
import { messageIdOf } from '../../src/channel-layer/message-ids.js';
import { RedisChannelLayer } from '../../src/channel-layer/redis.channel-layer.js';
import { Serializer } from '../../src/channel-layer/serializer.js';
import { ChaosProxy } from '../chaos/proxy.js';
import { closing, twoCoreNodes, twoRedisNodes } from '../support/channel-layers.js';
import { healthOf, ownClock } from '../support/observe.js';
import { startRedis } from '../support/redis.js';
import { startSentinel, startWatchedRedis } from '../support/sentinel.js';

Logger.overrideLogger(false);
const event = (message: string) => ({ type: 'chat.message', message });
const serializer = new Serializer();

async function listener(layer: ChannelLayer) {
  const channel = await layer.newChannel('django', { identified: true });
  const heard: string[] = [];
  const ids: (string | undefined)[] = [];
  layer.receive(channel).subscribe((message) => {
    heard.push(String(message.message));
    ids.push(messageIdOf(message));
  });
  await layer.groupAdd('room', channel);
  const gaps: Discontinuity[] = [];
  layer.discontinuity.subscribe((kind) => gaps.push(kind));
  return { channel, heard, ids, gaps };
}

/** Processes of Django: each has a connection of its own, and says what it says without waiting for an answer. */
function speakers(url: string, say: (client: Redis, text: string) => Promise<unknown>) {
  const clients = Array.from({ length: 5 }, () => new Redis(url, { protocol: 2 }));
  const said: Promise<unknown>[] = [];
  let n = 0;
  return {
    ready: () => Promise.all(clients.map((client) => client.ping())),
    say: () => {
      for (const [index, client] of clients.entries()) said.push(say(client, `${index}:${n}`));
      n++;
    },
    allSaid: () => Promise.all(said),
    [Symbol.dispose]: () => {
      for (const client of clients) client.disconnect();
    },
  };
}

let score = 0;
const kinds = [
  {
    name: 'the pub/sub layer',
    twoNodes: twoRedisNodes,
    said: (client: Redis, text: string, _channels: string[]) =>
      client.publish('asgi__group__room', serializer.encode(event(text))),
  },
  {
    name: 'the core layer',
    twoNodes: twoCoreNodes,
    said: (client: Redis, text: string, channels: string[]) => {
      const multi = client.multi();
      score = Math.max(Date.now() / 1000, score + 0.001);
      for (const channel of channels) {
        const queue = `asgi${channel.slice(0, channel.indexOf('!') + 1)}`;
        const random = Buffer.from(text.padEnd(12).slice(0, 12));
        multi.zadd(queue, score, Buffer.concat([random, serializer.encodeFor(event(text), [channel])]));
      }
      return multi.exec();
    },
  },
];

describe.each(kinds)('$name and a Redis that stands still', ({ twoNodes, said }) => {
  it('misses nothing of what is said meanwhile, and says no more than that ours could not be heard', async () => {
    await using redis = await startRedis();
    await using nodes = await twoNodes({ hosts: [redis.url] });
    const [a, b] = [await listener(nodes.a), await listener(nodes.b)];
    using django = speakers(redis.url, (client, text) => said(client, text, [a.channel, b.channel]));
    await django.ready();
    django.say();
    await expect.poll(() => [a.heard.length, b.heard.length]).toEqual([5, 5]);

    redis.pause();
    for (let n = 0; n < 4; n++) django.say();
    await Promise.all([healthOf(nodes.a, 'degraded'), healthOf(nodes.b, 'degraded')]);
    for (let n = 0; n < 4; n++) django.say();
    redis.resume();
    await django.allSaid();
    await Promise.all([healthOf(nodes.a, 'ready'), healthOf(nodes.b, 'ready')]);
    django.say();
    await expect.poll(() => [a.heard.length, b.heard.length]).toEqual([50, 50]);

    for (const { heard, ids, gaps } of [a, b]) {
      for (let speaker = 0; speaker < 5; speaker++)
        expect(heard.filter((text) => text.startsWith(`${speaker}:`))).toEqual(
          Array.from({ length: 10 }, (_, n) => `${speaker}:${n}`),
        );
      expect(new Set(gaps)).toEqual(new Set(['unsent']));
      expect(new Set(ids.filter((id) => id !== undefined)).size).toBe(50);
    }
    expect(a.ids).toEqual(b.ids);
  });

  it('joins and leaves meanwhile what it should, when it goes on', async () => {
    await using redis = await startRedis();
    await using nodes = await twoNodes({ hosts: [redis.url] });
    const { channel, heard, gaps } = await listener(nodes.a);
    redis.pause();
    await healthOf(nodes.a, 'degraded');
    for (let n = 0; n < 3; n++) {
      await nodes.a.groupDiscard('room', channel);
      await nodes.a.groupAdd('room', channel);
    }
    await nodes.a.groupAdd('left', channel);
    await nodes.a.groupDiscard('left', channel);
    await nodes.a.groupAdd('new', channel);
    redis.resume();
    await Promise.all([healthOf(nodes.a, 'ready'), healthOf(nodes.b, 'ready')]);
    for (const group of ['left', 'room', 'new']) await nodes.b.groupSend(group, event(group));
    await expect.poll(() => heard).toEqual(['room', 'new']);
    expect(gaps).toContain('missed');
    expect(new Set(await nodes.b.groups(''))).toEqual(new Set(['room', 'new']));
  });

  it('gives a connection up that stays silent for good, where a new one works', async () => {
    await using redis = await startRedis();
    await using way = await ChaosProxy.start(redis.port);
    await using nodes = await twoNodes({ hosts: [`redis://127.0.0.1:${way.port}`] });
    const { heard, gaps } = await listener(nodes.b);
    way.strand();
    await Promise.all([healthOf(nodes.a, 'degraded'), healthOf(nodes.b, 'degraded')]);
    using degraded = ownClock();
    await Promise.all([healthOf(nodes.a, 'ready'), healthOf(nodes.b, 'ready')]);
    expect(degraded.ms()).toBeLessThan(15_000);
    await expect.poll(() => gaps).toContain('missed');
    await nodes.a.groupSend('room', event('back'));
    await expect.poll(() => heard).toEqual(['back']);
  });
});

describe.each(kinds)('$name and a master that stands still, behind sentinels', ({ twoNodes, said }) => {
  it('goes to its successor, and leaves it for good', async () => {
    await using watched = await startWatchedRedis();
    const { master } = watched;
    await using nodes = await twoNodes({ hosts: [watched.url] });
    const { heard, gaps } = await listener(nodes.b);
    await watched.watch();
    master.pause();
    await Promise.all([healthOf(nodes.a, 'degraded'), healthOf(nodes.b, 'degraded')]);
    await Promise.all([healthOf(nodes.a, 'ready', 60_000), healthOf(nodes.b, 'ready', 60_000)]);
    expect(await watched.roleOfReplica()).toBe('master');
    expect(gaps).toContain('missed');
    await nodes.a.groupSend('room', event('at the successor’s'));
    await expect.poll(() => heard).toEqual(['at the successor’s']);
    master.resume();
    const old = new Redis(master.url, { protocol: 2 });
    await old.ping();
    const ours = async () => String(await old.call('CLIENT', 'LIST')).match(/name=nest-realtime-chat/g) ?? [];
    await expect.poll(ours).toEqual([]);
    old.disconnect();
  });

  it('waits for who knows whether it still is the master, and then goes on where it was', async () => {
    await using redis = await startRedis();
    await using sentinel = await startSentinel(redis.port);
    await using nodes = await twoNodes({ hosts: [sentinel.url] });
    const { channel, heard, gaps } = await listener(nodes.b);
    sentinel.pause();
    redis.pause();
    await Promise.all([healthOf(nodes.a, 'degraded'), healthOf(nodes.b, 'degraded')]);
    redis.resume();
    const django = new Redis(redis.url, { protocol: 2 });
    await django.ping();
    await said(django, 'it answers again', [channel]);
    await expect.poll(() => heard).toEqual(['it answers again']);
    const healths: string[] = [];
    nodes.b.health.subscribe((health) => healths.push(health));
    expect(healths).toEqual(['degraded']);
    sentinel.resume();
    await Promise.all([healthOf(nodes.a, 'ready'), healthOf(nodes.b, 'ready')]);
    expect(new Set(gaps)).toEqual(new Set(['unsent']));
    django.disconnect();
  });
});

describe('the core layer and a network that stands still', () => {
  it('is in its groups again where the others took it for dead, and says that it missed something', async () => {
    await using redis = await startRedis();
    await using way = await ChaosProxy.start(redis.port);
    await using nodes = closing(
      new RedisChannelLayer({ hosts: [redis.url] }),
      new RedisChannelLayer({ hosts: [`redis://127.0.0.1:${way.port}`] }),
    );
    await Promise.all([healthOf(nodes.a, 'ready'), healthOf(nodes.b, 'ready')]);
    const { channel, heard, gaps } = await listener(nodes.b);
    way.freeze();
    await healthOf(nodes.b, 'degraded');
    const operator = new Redis(redis.url, { protocol: 2 });
    const dead = channel.slice(channel.indexOf('.') + 1, channel.indexOf('!'));
    await operator.zadd('nchat:leases:asgi', 'XX', 1, dead);
    const members = () => operator.zrange('asgi:group:room', 0, '-1');
    await expect.poll(members).toEqual([]);
    way.heal();
    await healthOf(nodes.b, 'ready');
    expect(gaps).toContain('missed');
    await nodes.a.groupSend('room', event('back'));
    await expect.poll(() => heard).toEqual(['back']);
    operator.disconnect();
  });
});
