import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChannelLayerOptions } from '../../src/channel-layer/options.js';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';
import { channelLayerContract } from '../contracts/channel-layer.contract.js';
import { twoRedisNodes } from '../support/channel-layers.js';
import { temporaryFolder } from '../support/folder.js';
import { healthOf, nextOf } from '../support/observe.js';
import { startRedis, type TestRedis } from '../support/redis.js';

Logger.overrideLogger(false);
let servers: TestRedis[];
beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis()]);
});
afterAll(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));

const hosts = (count: number) => servers.slice(0, count).map(({ url }) => url);
const nodes = (options?: ChannelLayerOptions) => twoRedisNodes({ hosts: hosts(1), ...options });

channelLayerContract('RedisPubSubChannelLayer', nodes);
channelLayerContract('RedisPubSubChannelLayer on two hosts, encrypted', (options) =>
  nodes({ hosts: hosts(2), symmetricEncryptionKeys: ['secret'], prefix: 'asgi:', ...options }),
);

/** What a Django process does: a bare Redis client. */
function django(server = 0) {
  const client = new Redis(servers[server]!.url, { protocol: 2 });
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}

/** A way to Redis on which everything takes its time: what a test on one machine never sees by itself. */
async function slowWay(delayMs: number) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(servers[0]!.port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => void setTimeout(() => to.write(data), delayMs));
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const end = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `redis://127.0.0.1:${address.port}`, [Symbol.dispose]: end };
}

const event = (message: string) => ({ type: 'chat.message', message });
const packedHi = '82a474797065ac636861742e6d657373616765a76d657373616765a26869';

describe('RedisPubSubChannelLayer beside a Django app', () => {
  it('publishes to a group exactly what channels_redis would', async () => {
    await using layers = await nodes();
    using peer = django();
    await peer.subscribe('asgi__group__chat_lobby');
    const heard = once(peer, 'messageBuffer') as Promise<[Buffer, Buffer]>;
    await layers.a.groupSend('chat_lobby', event('hi'));
    expect((await heard)[1].toString('hex')).toBe(packedHi);
  });

  it('hears what Django publishes to a group and to a channel', async () => {
    await using layers = await nodes();
    using peer = django();
    const channel = await layers.a.newChannel();
    expect(channel).toMatch(/^asgispecific\.[0-9a-f]{32}$/);
    await layers.a.groupAdd('chat_lobby', channel);
    const arrived = nextOf(layers.a.receive(channel), 2);
    await peer.publish('asgi__group__chat_lobby', Buffer.from(packedHi, 'hex'));
    await peer.publish(channel, Buffer.from(packedHi, 'hex'));
    expect(await arrived).toEqual([event('hi'), event('hi')]);
  });

  it('looks for a group on the host where Django has it', async () => {
    await using layers = await nodes({ hosts: hosts(2) });
    // crc32('asgi__group__chat_lobby') & 0xFFF = 305: the first of two. 'asgi__group__a' is on the second.
    for (const [group, server] of [
      ['chat_lobby', 0],
      ['a', 1],
    ] as const) {
      using peer = django(server);
      await peer.subscribe(`asgi__group__${group}`);
      const heard = once(peer, 'messageBuffer');
      await layers.a.groupSend(group, event('hi'));
      expect(await heard).toHaveLength(2);
    }
  });

  it('ignores and counts what is no message, and goes on', async () => {
    await using layers = await nodes();
    using peer = django();
    const channel = await layers.a.newChannel();
    await layers.a.groupAdd('room', channel);
    const arrived = nextOf(layers.a.receive(channel), 1);
    const garbage = [
      '',
      'c1',
      '80',
      '81a47479706507',
      `${packedHi}00`,
      '93010203',
      'ddffffffff',
      '81a474797065d6ff00000000',
    ];
    for (const hex of garbage) await peer.publish('asgi__group__room', Buffer.from(hex, 'hex'));
    await peer.publish('asgi__group__room', Buffer.from(packedHi, 'hex'));
    expect(await arrived).toEqual([event('hi')]);
    expect(layers.a.undecodable).toBe(garbage.length);
  });

  it('understands both keys while they are rotated, and nobody with another one', async () => {
    await using before = await nodes({ symmetricEncryptionKeys: ['old'] });
    await using during = await nodes({ symmetricEncryptionKeys: ['new', 'old'] });
    await using stranger = await nodes({ symmetricEncryptionKeys: ['wrong'] });
    const channel = await during.b.newChannel();
    await during.b.groupAdd('room', channel);
    const arrived = nextOf(during.b.receive(channel), 2);
    await stranger.a.groupSend('room', event('not for you'));
    await before.a.groupSend('room', event('old key'));
    await during.a.groupSend('room', event('new key'));
    expect((await arrived).map(({ message }) => message).sort()).toEqual(['new key', 'old key']);
  });

  it('leaves no key in Redis, and unsubscribes from what nobody needs', async () => {
    using peer = django();
    {
      await using layers = await nodes();
      const channel = await layers.a.newChannel();
      await layers.a.groupAdd('room', channel);
      expect(await peer.pubsub('NUMSUB', 'asgi__group__room')).toEqual(['asgi__group__room', 1]);
      await layers.a.groupDiscard('room', channel);
      await layers.a.groupAdd('next', channel);
      expect(await peer.pubsub('NUMSUB', 'asgi__group__room')).toEqual(['asgi__group__room', 0]);
      // Django's consumers must not hear our probes, nor its flush() reach them.
      const own = (await peer.pubsub('CHANNELS', 'nchat:*')) as string[];
      expect(own.some((name) => name.startsWith('nchat:probe:'))).toBe(true);
    }
    expect(await peer.dbsize()).toBe(0);
  });

  it('has joined when it says so, however long the way to Redis is', async () => {
    await using near = await nodes();
    using way = await slowWay(50);
    await using far = await nodes({ hosts: [way.url] });
    const channel = await far.a.newChannel();
    const arrived = nextOf(far.a.receive(channel), 1);
    await far.a.groupAdd('room', channel);
    await near.a.groupSend('room', event('hi'));
    expect(await arrived).toEqual([event('hi')]);
  });

  it('refuses at once settings that cannot work', () => {
    expect(() => new RedisPubSubChannelLayer({ hosts: [] })).toThrow('hosts is a list of at least one Redis');
    expect(() => new RedisPubSubChannelLayer({ capacity: 0 })).toThrow('A capacity is a positive number');
  });

  it('is ready only when every host is', async () => {
    await using late = await startRedis();
    await late.stop();
    const layer = new RedisPubSubChannelLayer({ hosts: [...hosts(1), late.url] });
    const states = nextOf(layer.health, 2);
    using peer = django();
    await late.restart();
    await healthOf(layer, 'ready');
    expect(await states).toEqual(['degraded', 'ready']);
    expect(await peer.ping()).toBe('PONG');
    await layer.close();
  });
});

describe('a Redis behind a socket of this machine', () => {
  it('is reached by the path', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'redis.sock');
    await using _redis = await startRedis({ args: ['--unixsocket', path] });
    await using reached = await nodes({ hosts: [`unix://${path}`] });
    const channel = await reached.b.newChannel();
    await reached.b.groupAdd('room', channel);
    await reached.a.groupSend('room', event('hi'));
    expect(await nextOf(reached.b.receive(channel), 1)).toEqual([event('hi')]);
  });
});
