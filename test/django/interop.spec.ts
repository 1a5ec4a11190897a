import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LayerMessage } from '../../src/channel-layer/channel-layer.js';
import type { ChannelLayerOptions } from '../../src/channel-layer/options.js';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';
import { RedisChannelLayer } from '../../src/channel-layer/redis.channel-layer.js';
import { type DjangoPeer, type PeerOptions, startPeer } from '../support/django.js';
import { healthOf, nextOf } from '../support/observe.js';
import { subscribers } from '../support/subscribers.js';
import { startRedis, type TestRedis } from '../support/redis.js';

Logger.overrideLogger(false);
let servers: TestRedis[];
beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis()]);
});
afterAll(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));

const urls = () => servers.map(({ url }) => url);

interface Setting {
  layer: 'core' | 'pubsub';
  what: string;
  hosts?: number;
  format?: 'msgpack' | 'json';
  /** Django's keys; ours are the same the other way round, as halfway through a rotation. */
  keys?: string[];
  prefix?: string;
}

const settings: Setting[] = [
  { layer: 'core', what: 'plain' },
  { layer: 'core', what: 'JSON', format: 'json' },
  { layer: 'core', what: 'encrypted', keys: ['new', 'old'] },
  { layer: 'core', what: 'encrypted JSON on two hosts', format: 'json', keys: ['new', 'old'], hosts: 2 },
  { layer: 'core', what: 'on two hosts with another prefix', hosts: 2, prefix: 'chat:' },
  { layer: 'pubsub', what: 'plain' },
  { layer: 'pubsub', what: 'encrypted', keys: ['new', 'old'] },
  {
    layer: 'pubsub',
    what: 'encrypted on two hosts with another prefix',
    keys: ['new', 'old'],
    hosts: 2,
    prefix: 'chat:',
  },
];

const words = (message: string): LayerMessage => ({ type: 'chat.message', message });

describe.each(settings)('Django and Node on one Redis: $layer, $what', (setting) => {
  let node: RedisChannelLayer | RedisPubSubChannelLayer;
  let django: DjangoPeer;
  beforeAll(async () => {
    const { layer, format, keys, prefix } = setting;
    const hosts = urls().slice(0, setting.hosts ?? 1);
    const peer: PeerOptions = { layer, hosts, format, keys, prefix };
    const ours: ChannelLayerOptions = {
      hosts,
      prefix,
      serializerFormat: format,
      symmetricEncryptionKeys: keys?.toReversed(),
    };
    django = startPeer(peer);
    node = layer === 'core' ? new RedisChannelLayer(ours) : new RedisPubSubChannelLayer(ours);
    await healthOf(node, 'ready');
  });
  afterAll(async () => {
    await node?.close();
    await django?.[Symbol.asyncDispose]();
  });

  /** Every kind of value that the format can carry. */
  const full: LayerMessage = {
    type: 'chat.message',
    message: 'hé ✓ 👋',
    numbers: [0, -1, 127, 128, 65_536, 2 ** 40, -(2 ** 40), 1.5, -0.1],
    others: [true, false, null, '', {}, []],
    nested: { a: [{ b: { c: 'deep' } }] },
    ...(setting.format === 'json' ? {} : { bytes: Buffer.from([0, 255, 7]) }),
  };
  const received = setting.format === 'json' ? full : { ...full, bytes: Uint8Array.of(0, 255, 7) };
  /** Comparable: a Buffer is the bytes that it holds. */
  const plainBytes = (message: unknown): unknown =>
    JSON.parse(JSON.stringify(message), (_key, value: unknown) =>
      typeof value === 'object' && value !== null && 'data' in value ? value.data : value,
    );

  it('Django sends to a channel, Node receives', async () => {
    // Fresh channels: with several hosts, upstream spreads them.
    for (let i = 0; i < 8; i++) {
      const channel = await node.newChannel();
      const arrived = nextOf(node.receive(channel), 1, 15_000);
      await django.call('send', channel, full);
      expect(await arrived).toEqual([received]);
    }
  });

  it('Node sends to a channel, Django receives', async () => {
    for (let i = 0; i < 8; i++) {
      const channel = await django.call<string>('new_channel');
      const arrived = django.call('receive', channel);
      if (setting.layer === 'pubsub') await subscribers(urls(), channel, 1);
      await node.send(channel, full);
      expect(plainBytes(await arrived)).toEqual(plainBytes(full));
    }
  });

  it('Django sends to a group, Node receives, and the members in Django too', async () => {
    const [mine, theirs] = await join('from-django');
    const [here, there] = [nextOf(node.receive(mine), 1, 15_000), django.call('receive', theirs)];
    await django.call('group_send', 'from-django', full);
    expect(await here).toEqual([received]);
    expect(plainBytes(await there)).toEqual(plainBytes(full));
  });

  it('Node sends to a group, Django receives, and the members in Node too', async () => {
    const [mine, theirs] = await join('from-node');
    const [here, there] = [nextOf(node.receive(mine), 1, 15_000), django.call('receive', theirs)];
    await node.groupSend('from-node', full);
    expect(await here).toEqual([received]);
    expect(plainBytes(await there)).toEqual(plainBytes(full));
  });

  it('keeps the order of many, both ways, and loses none', async () => {
    const [mine, theirs] = await join('many');
    const [ours, djangos] = ['ours', 'Django’s'].map((who) =>
      Array.from({ length: 50 }, (_, i) => words(`${who} ${i}`)),
    ) as [LayerMessage[], LayerMessage[]];
    const by = (who: string, heard: unknown[]) =>
      heard.filter((message) => String((message as LayerMessage).message).startsWith(who));
    const here = nextOf(node.receive(mine), 100, 20_000);
    const there = (async () => {
      const heard: unknown[] = [];
      while (heard.length < 100) heard.push(await django.call('receive', theirs));
      return heard;
    })();
    for (const message of ours) await node.groupSend('many', message);
    for (const message of djangos) await django.call('group_send', 'many', message);
    // Of each sender; between two, whose reaches Redis first.
    for (const heard of [await here, await there]) {
      expect(by('ours', heard)).toEqual(ours);
      expect(by('Django', heard)).toEqual(djangos);
    }
  });

  it('a member that left hears nothing more, in either', async () => {
    const [mine, theirs] = await join('left');
    const [other] = await join('stayed');
    await node.groupDiscard('left', mine);
    await django.call('group_discard', 'left', theirs);
    await node.groupAdd('stayed', mine);
    const arrived = [nextOf(node.receive(mine), 1, 15_000), nextOf(node.receive(other), 1, 15_000)];
    await django.call('group_send', 'left', words('nobody'));
    await django.call('group_send', 'stayed', words('hi'));
    for (const heard of arrived) expect(await heard).toEqual([words('hi')]);
  });

  async function join(group: string): Promise<[mine: string, theirs: string]> {
    const [mine, theirs] = [await node.newChannel(), await django.call<string>('new_channel')];
    await node.groupAdd(group, mine);
    await django.call('group_add', group, theirs);
    if (setting.layer === 'pubsub')
      await subscribers(urls(), `${setting.prefix ?? 'asgi'}__group__${group}`, 2);
    return [mine, theirs];
  }
});
