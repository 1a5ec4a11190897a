import { Logger } from '@nestjs/common';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedisHostOption } from '../../src/channel-layer/redis-address.js';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';
import { RedisChannelLayer } from '../../src/channel-layer/redis.channel-layer.js';
import { hostIndex } from '../../src/channel-layer/sharding.js';
import { startPeer } from '../support/django.js';
import { healthOf, nextOf } from '../support/observe.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { startWatchedRedis } from '../support/sentinel.js';
import { subscribers } from '../support/subscribers.js';

Logger.overrideLogger(false);
const event = (message: string) => ({ type: 'chat.message', message });

let plain: TestRedis;
let watched: Awaited<ReturnType<typeof startWatchedRedis>>;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hosts-'));
  const args = ['--unixsocket', join(folder, 'redis.sock')];
  [plain, watched] = await Promise.all([startRedis({ args }), startWatchedRedis()]);
});
afterAll(async () => {
  await watched?.[Symbol.asyncDispose]();
  await plain?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const sentinels = () => watched.host as unknown as RedisHostOption;
/** Word for word what stands in Django's settings; and the Redis that a host is in the end. */
const ways: [what: string, layers: ('core' | 'pubsub')[], hosts: () => RedisHostOption[]][] = [
  ['a dict of host and port', ['core'], () => [{ host: '127.0.0.1', port: plain.port, db: 1 }]],
  ['a dict of an address', ['core', 'pubsub'], () => [{ address: `${plain.url}/2` }]],
  ['a socket of this machine', ['core', 'pubsub'], () => [`unix://${join(folder, 'redis.sock')}?db=3`]],
  ['sentinels and a plain one', ['core', 'pubsub'], () => [sentinels(), plain.url]],
  ['a plain one and sentinels', ['core', 'pubsub'], () => [plain.url, sentinels()]],
];
const cases = ways.flatMap(([what, layers, hosts]) => layers.map((layer) => ({ what, layer, hosts })));

describe('the same hosts in Django’s settings and in our options', () => {
  it.each(cases)('$what, $layer', async ({ layer, hosts, what }) => {
    const prefix = `hosts${cases.findIndex((each) => each.what === what)}`;
    const Layer = layer === 'core' ? RedisChannelLayer : RedisPubSubChannelLayer;
    const ours = new Layer({ hosts: hosts(), prefix });
    await using _closing = { [Symbol.asyncDispose]: () => ours.close() };
    await using django = startPeer({ layer, hosts: hosts(), prefix });
    await healthOf(ours, 'ready');
    const theirs = await django.call<string>('new_channel');
    const channel = await ours.newChannel();
    // One group on each host.
    const redisName = (group: string) => (layer === 'core' ? group : `${prefix}__group__${group}`);
    const groups = hosts().map((_, host, { length }) => {
      for (let n = 0; ; n++) if (hostIndex(redisName(`chat_${n}`), length) === host) return `chat_${n}`;
    });
    for (const group of groups) {
      await ours.groupAdd(group, channel);
      await django.call('group_add', group, theirs);
      if (layer === 'pubsub')
        await subscribers([plain.url, watched.master.url], `${prefix}__group__${group}`, 2);
      const heard = nextOf(ours.receive(channel), 2, 10_000);
      await django.call('group_send', group, event(`theirs in ${group}`));
      expect(await django.call('receive', theirs)).toEqual(event(`theirs in ${group}`));
      await ours.groupSend(group, event(`ours in ${group}`));
      expect(await django.call('receive', theirs)).toEqual(event(`ours in ${group}`));
      expect(await heard).toEqual([event(`theirs in ${group}`), event(`ours in ${group}`)]);
    }
  });
});
