import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelLayerOptions } from '../../src/channel-layer/options.js';
import { Serializer } from '../../src/channel-layer/serializer.js';
import { twoCoreNodes } from '../support/channel-layers.js';
import { nextOf } from '../support/observe.js';
import { startRedis, type TestRedis } from '../support/redis.js';

Logger.overrideLogger(false);
let servers: TestRedis[];
let peers: Redis[];
beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis()]);
  peers = servers.map(({ url }) => new Redis(url, { protocol: 2 }));
});
beforeEach(() => Promise.all(peers.map((peer) => peer.flushall())));
afterAll(async () => {
  for (const peer of peers) peer.disconnect();
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
});

const hosts = (count: number) => servers.slice(0, count).map(({ url }) => url);
const nodes = (options?: ChannelLayerOptions) => twoCoreNodes({ hosts: hosts(1), ...options });
const event = (message: string) => ({ type: 'chat.message', message });

/** Of a Django process. */
const theirs = 'specific.00112233445566778899aabbccddeeff!ffeeddccbbaa99887766554433221100';
const theirQueue = 'asgispecific.00112233445566778899aabbccddeeff!';
const goldenSend =
  '83a474797065ac636861742e6d657373616765a76d657373616765a26869b05f5f617367695f6368616e6e656c5f5f' +
  'd94a73706563696669632e3030313132323333343435353636373738383939616162626363646465656666216666656564646363626261613939383837373636353534343333323231313030';
const goldenGroup =
  '83a474797065ac636861742e6d657373616765a76d657373616765a768c3a920e29c93b05f5f617367695f6368616e6e656c5f5f91' +
  'd94a73706563696669632e3030313132323333343435353636373738383939616162626363646465656666216666656564646363626261613939383837373636353534343333323231313030';

const now = () => Date.now() / 1000;
const member = (payload: Buffer) => Buffer.concat([Buffer.alloc(12, 7), payload]);

describe('RedisChannelLayer on the wire', () => {
  it('sends to a channel exactly what channels_redis would', async () => {
    await using layers = await nodes();
    await layers.a.send(theirs, event('hi'));
    const [bytes, score] = await peers[0]!.zrangeBuffer(theirQueue, 0, '-1', 'WITHSCORES');
    expect(bytes!.subarray(12).toString('hex')).toBe(goldenSend);
    expect(Math.abs(Number(score!.toString()) - now())).toBeLessThan(5);
    expect(await peers[0]!.ttl(theirQueue)).toBeGreaterThan(55);
  });

  it('sends to a group exactly what channels_redis would, with a list of names for each process', async () => {
    await using layers = await nodes();
    await peers[0]!.zadd('asgi:group:room', now(), theirs);
    await layers.a.groupSend('room', event('hé ✓'));
    const [bytes] = await peers[0]!.zpopminBuffer(theirQueue);
    expect(bytes!.subarray(12).toString('hex')).toBe(goldenGroup);

    await peers[0]!.zadd('asgi:group:room', now(), `${theirs}2`);
    await layers.a.groupSend('room', event('hi'));
    const [both] = await peers[0]!.zpopminBuffer(theirQueue);
    expect(new Serializer().decodeFor(both!.subarray(12))).toEqual({
      message: event('hi'),
      to: [theirs, `${theirs}2`],
    });
  });

  it('has its memberships where Django looks for them, and hears what Django puts into its queue', async () => {
    await using layers = await nodes();
    const channel = await layers.a.newChannel();
    expect(channel).toMatch(/^specific\.[0-9a-f]{32}![0-9a-f]{32}$/);
    await layers.a.groupAdd('room', channel);
    expect(await peers[0]!.zrange('asgi:group:room', 0, '-1')).toEqual([channel]);
    expect(await peers[0]!.ttl('asgi:group:room')).toBeGreaterThan(86_000);

    const arrived = nextOf(layers.a.receive(channel), 3);
    const queue = `asgi${channel.slice(0, channel.indexOf('!') + 1)}`;
    const serializer = new Serializer();
    let score = now();
    for (const to of [channel, [channel], [channel, channel, 'specific.other!name']])
      await peers[0]!.zadd(queue, (score += 0.001), member(serializer.encodeFor(event('hi'), to)));
    expect(await arrived).toEqual([event('hi'), event('hi'), event('hi')]);
    await layers.a.groupDiscard('room', channel);
    expect(await peers[0]!.exists('asgi:group:room')).toBe(0);
  });

  it('says that a channel is full, and drops and counts what does not fit a group', async () => {
    await using layers = await nodes({ capacity: 3, channelCapacity: { 'jobs*': 1 } });
    for (let i = 0; i < 3; i++) await layers.a.send(theirs, event('hi'));
    await expect(layers.a.send(theirs, event('hi'))).rejects.toThrow(`channel ${theirs} is full`);
    await layers.a.send('jobs', event('hi'));
    await expect(layers.a.send('jobs', event('hi'))).rejects.toThrow('channel jobs is full');
    await peers[0]!.zadd('asgi:group:room', now(), theirs);
    await layers.a.groupSend('room', event('hi'));
    expect(layers.a.dropped).toBe(1);
  });

  it('makes room for messages that nobody fetched in time, and drops those when reading', async () => {
    await using layers = await nodes({ capacity: 1 });
    await peers[0]!.zadd(theirQueue, now() - 61, 'old');
    await layers.a.send(theirs, event('hi'));
    expect(await peers[0]!.zcard(theirQueue)).toBe(1);

    const channel = await layers.a.newChannel();
    const queue = `asgi${channel.slice(0, channel.indexOf('!') + 1)}`;
    const gap = nextOf(layers.a.discontinuity, 1);
    const arrived = nextOf(layers.a.receive(channel), 1);
    const serializer = new Serializer();
    await peers[0]!.zadd(queue, now() - 61, member(serializer.encodeFor(event('too late'), channel)));
    await peers[0]!.zadd(queue, now(), member(serializer.encodeFor(event('hi'), channel)));
    expect(await arrived).toEqual([event('hi')]);
    await gap;
    expect(layers.a.dropped).toBe(1);
  });

  it('says that it may have missed something where its queue was full', async () => {
    await using layers = await nodes({ capacity: 10 });
    const channel = await layers.a.newChannel('django', { identified: true });
    const queue = `asgi${channel.slice(0, channel.indexOf('!') + 1)}`;
    const serializer = new Serializer();
    const gaps: string[] = [];
    layers.a.discontinuity.subscribe((kind) => gaps.push(kind));
    for (const count of [9, 10]) {
      const arrived = nextOf(layers.a.receive(channel), count);
      const members = Array.from({ length: count }, (_, n) => [
        `${now()}`,
        member(serializer.encodeFor(event(`${n}`), channel)),
      ]);
      await peers[0]!.zadd(queue, ...members.flat());
      await arrived;
      expect(gaps).toEqual(count < 10 ? [] : ['missed']);
    }
  });

  it('leaves members out whose time is over', async () => {
    await using layers = await nodes({ groupExpiry: 100 });
    await peers[0]!.zadd('asgi:group:room', now() - 101, theirs);
    await layers.a.groupSend('room', event('hi'));
    expect(await peers[0]!.exists(theirQueue)).toBe(0);
  });

  it('ignores and counts what is no message, and goes on', async () => {
    await using layers = await nodes();
    const channel = await layers.a.newChannel();
    const queue = `asgi${channel.slice(0, channel.indexOf('!') + 1)}`;
    const arrived = nextOf(layers.a.receive(channel), 1);
    const garbage = [
      '',
      'c1',
      '80',
      '93010203',
      'ddffffffff',
      '82a474797065a174b05f5f617367695f6368616e6e656c5f5f07',
    ];
    let score = now();
    for (const hex of garbage) await peers[0]!.zadd(queue, (score += 0.001), member(Buffer.from(hex, 'hex')));
    await peers[0]!.zadd(queue, (score += 0.001), 'short');
    await layers.b.send(channel, event('hi'));
    expect(await arrived).toEqual([event('hi')]);
    expect(layers.a.undecodable).toBe(garbage.length + 1);
  });

  it('shares a plain channel: each message goes to one reader, and none is lost with a reader who leaves', async () => {
    await using layers = await nodes();
    const worker = layers.a.receive('jobs');
    const first = nextOf(worker, 1);
    await layers.b.send('jobs', event('one'));
    expect(await first).toEqual([event('one')]);
    // Nobody reads now.
    for (const text of ['two', 'three']) await layers.b.send('jobs', event(text));
    expect(await nextOf(layers.b.receive('jobs'), 2)).toEqual([event('two'), event('three')]);
    expect(await peers[0]!.exists('asgijobs')).toBe(0);
  });

  it('gives back what it was handed for a reader who had just gone', async () => {
    await using layers = await nodes();
    const heard: unknown[] = [];
    const reading = layers.a.receive('jobs').subscribe((message) => heard.push(message));
    await layers.b.send('jobs', event('one'));
    await expect.poll(() => heard).toEqual([event('one')]);
    // By now it waits for the next one, for two seconds.
    await peers[0]!.ping();
    reading.unsubscribe();
    for (const text of ['two', 'three']) await layers.b.send('jobs', event(text));
    const arrived = await nextOf(layers.b.receive('jobs'), 2);
    expect(arrived.map(({ message }) => message).sort()).toEqual(['three', 'two']);
    expect(heard).toHaveLength(1);
  });

  it('finds Django on two hosts, wherever Django sends to', async () => {
    await using layers = await nodes({ hosts: hosts(2) });
    for (const [group, server] of [
      ['chat_lobby', 1],
      ['a', 1],
      ['room', 0],
    ] as const) {
      const channel = await layers.a.newChannel();
      await layers.a.groupAdd(group, channel);
      expect(await peers[server]!.zrange(`asgi:group:${group}`, 0, '-1')).toEqual([channel]);
      // Upstream puts a direct message on the host of its full name: it may be either.
      const arrived = nextOf(layers.a.receive(channel), 2);
      const queue = `asgi${channel.slice(0, channel.indexOf('!') + 1)}`;
      const payload = member(new Serializer().encodeFor(event('hi'), channel));
      for (const peer of peers) await peer.zadd(queue, now(), payload);
      expect(await arrived).toEqual([event('hi'), event('hi')]);
    }
  });

  it('understands both keys while they are rotated, JSON where both sides want it, and no stranger', async () => {
    await using before = await nodes({ symmetricEncryptionKeys: ['old'], serializerFormat: 'json' });
    await using during = await nodes({ symmetricEncryptionKeys: ['new', 'old'], serializerFormat: 'json' });
    await using stranger = await nodes({ symmetricEncryptionKeys: ['wrong'] });
    const channel = await during.b.newChannel();
    await during.b.groupAdd('room', channel);
    const arrived = nextOf(during.b.receive(channel), 2);
    await stranger.a.groupSend('room', event('not for you'));
    await before.a.groupSend('room', event('old key'));
    await during.a.groupSend('room', event('new key'));
    expect((await arrived).map(({ message }) => message)).toEqual(['old key', 'new key']);
    expect(during.b.undecodable).toBe(1);
  });

  it('refuses bytes where the format is JSON, before anything is sent', async () => {
    await using layers = await nodes({ serializerFormat: 'json' });
    const channel = await layers.b.newChannel();
    await layers.b.groupAdd('room', channel);
    const arrived = nextOf(layers.b.receive(channel), 1);
    const bytes = { type: 't', bytes: Uint8Array.of(1) };
    await expect(layers.a.send(channel, bytes)).rejects.toThrow(TypeError);
    await expect(layers.a.groupSend('room', bytes)).rejects.toThrow(TypeError);
    await layers.a.groupSend('room', event('hi'));
    expect(await arrived).toEqual([event('hi')]);
  });

  it('leaves nothing in Redis when it closes', async () => {
    {
      await using layers = await nodes();
      const [channel, other] = [await layers.a.newChannel(), await layers.a.newChannel('worker')];
      await layers.a.groupAdd('room', channel);
      await layers.a.groupAdd('room', other);
      await layers.b.send(channel, event('unread'));
    }
    expect(await peers[0]!.keys('*')).toEqual([]);
  });
});
