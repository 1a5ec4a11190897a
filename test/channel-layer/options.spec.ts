import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { ChannelFull } from '../../src/channel-layer/channel-layer.js';
import { createChannelLayer } from '../../src/channel-layer/create.channel-layer.js';
import { capacityRule } from '../../src/channel-layer/options.js';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';
import { RedisChannelLayer } from '../../src/channel-layer/redis.channel-layer.js';
import { Serializer } from '../../src/channel-layer/serializer.js';
import { parseEnv } from '../../src/config/env.js';
import { healthOf } from '../support/observe.js';
import { startRedis } from '../support/redis.js';

Logger.overrideLogger(false);

describe("channels_redis' options", () => {
  it('a capacity goes by a glob or an expression, from the first character, and the first match wins', () => {
    const of = capacityRule(100, [
      ['http.response!*', 10],
      [/^websocket.send!.+/, 20],
      ['http.re[qs]*', 200],
      [/send/, 1],
    ]);
    expect(['http.response!ab', 'websocket.send!ab', 'websocket.send!', 'http.request'].map(of)).toEqual([
      10, 20, 100, 200,
    ]);
    expect(['sender', 'to.send'].map(of)).toEqual([1, 100]);
  });

  it('stand in the environment, too: each channel’s capacity, and the random bytes', async () => {
    await using redis = await startRedis();
    const env = parseEnv({
      REDIS_URL: redis.url,
      CHANNEL_LAYER: 'redis',
      CHANNEL_CAPACITIES: 'jobs.*=1, mail=2',
      CHANNEL_RANDOM_PREFIX_LENGTH: '4',
    });
    const layer = createChannelLayer(env);
    await healthOf(layer, 'ready');
    await layer.send('jobs.big', { type: 'job' });
    await expect(layer.send('jobs.big', { type: 'job' })).rejects.toBeInstanceOf(ChannelFull);
    for (const n of [1, 2]) await layer.send('mail', { type: 'job', n });
    await expect(layer.send('mail', { type: 'job' })).rejects.toBeInstanceOf(ChannelFull);
    const console = new Redis(redis.url, { protocol: 2 });
    const [member] = await console.zrangeBuffer('asgijobs.big', 0, '0');
    expect(new Serializer().decode(member!.subarray(4))).toEqual({ type: 'job' });
    console.disconnect();
    await layer.close();
  });

  it('are refused at the start where they are wrong', () => {
    for (const wrong of ['jobs', 'jobs=0', '=5', 'jobs=many'])
      expect(() => parseEnv({ CHANNEL_CAPACITIES: wrong })).toThrow('CHANNEL_CAPACITIES: must be like');
    expect(() => parseEnv({ CHANNEL_RANDOM_PREFIX_LENGTH: '-1' })).toThrow('CHANNEL_RANDOM_PREFIX_LENGTH');
    expect(() => parseEnv({ REDIS_URL: 'redis://cache?db=first' })).toThrow('db is the number of a database');
    for (const Layer of [RedisChannelLayer, RedisPubSubChannelLayer]) {
      expect(() => new Layer({ hosts: 'redis://cache' as never })).toThrow('hosts is a list');
      expect(() => new Layer({ hosts: [] })).toThrow('hosts is a list');
      // Its characters would be keys.
      expect(() => new Layer({ symmetricEncryptionKeys: 'secret' as never })).toThrow('is a list of keys');
    }
  });
});
