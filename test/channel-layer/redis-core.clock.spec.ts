import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { afterEach, expect, it, vi } from 'vitest';
import { RedisChannelLayer } from '../../src/channel-layer/redis.channel-layer.js';
import { healthOf } from '../support/observe.js';
import { startRedis } from '../support/redis.js';

Logger.overrideLogger(false);
afterEach(() => void vi.restoreAllMocks());

it('what Django’s people have not read yet stays, where our clock was ahead and is set right', async () => {
  await using redis = await startRedis();
  const peer = new Redis(redis.url);
  const real = Date.now;
  const ahead = vi.spyOn(Date, 'now').mockImplementation(() => real() + 120_000);
  const layer = new RedisChannelLayer({ hosts: [redis.url] });
  await healthOf(layer, 'ready');
  const theirs = 'specific.00112233445566778899aabbccddeeff!ffeeddccbbaa99887766554433221100';
  const queue = 'asgispecific.00112233445566778899aabbccddeeff!';
  await layer.send(theirs, { type: 'chat.message', message: 'early' });
  ahead.mockRestore();
  await peer.zadd(queue, Date.now() / 1000, 'of another process, just now');
  await layer.send(theirs, { type: 'chat.message', message: 'ours' });
  expect(await peer.zcard(queue)).toBe(3);
  peer.disconnect();
  await layer.close();
});
