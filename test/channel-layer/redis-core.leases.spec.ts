import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { firstValueFrom } from 'rxjs';
import { describe, it } from 'vitest';
import { queueOf } from '../../src/channel-layer/names.js';
import { RedisChannelLayer } from '../../src/channel-layer/redis.channel-layer.js';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';
import { healthOf, nextOf, ownClock } from '../support/observe.js';
import { startRedis } from '../support/redis.js';
import { startScript } from '../support/script.js';

Logger.overrideLogger(false);
const event = (message: string) => ({ type: 'chat.message', message });
const leases = 'nchat:leases:asgi';
const django = 'specific.00112233445566778899aabbccddeeff!ffeeddccbbaa99887766554433221100';

/** A process in the group `room` of its own Redis, and somebody who may do anything in there. */
async function oneMember() {
  const redis = await startRedis();
  const operator = new Redis(redis.url, { protocol: 2 });
  const layer = new RedisChannelLayer({ hosts: [redis.url] });
  await healthOf(layer, 'ready');
  const channel = await layer.newChannel();
  await layer.groupAdd('room', channel);
  const close = async () => {
    await layer.close();
    operator.disconnect();
    await redis[Symbol.asyncDispose]();
  };
  return { operator, layer, channel, [Symbol.asyncDispose]: close };
}

describe.concurrent('processes of the core layer', () => {
  it('clear what a killed one left behind, and never what is Django’s', async ({ expect }) => {
    await using redis = await startRedis();
    const operator = new Redis(redis.url, { protocol: 2 });
    const survivor = new RedisChannelLayer({ hosts: [redis.url] });
    await healthOf(survivor, 'ready');
    const mine = await survivor.newChannel();
    await survivor.groupAdd('room', mine);
    await operator.zadd('asgi:group:room', Date.now() / 1000, django);

    await using other = startScript(new URL('layer.script.ts', import.meta.url), [redis.url, 'room']);
    const dead = await other.line();
    const process = dead.slice(dead.indexOf('.') + 1, dead.indexOf('!'));
    expect(await operator.zscore(leases, process)).not.toBeNull();
    await other.kill();
    await survivor.groupSend('room', event('for nobody'));
    expect(await operator.exists(`asgi${queueOf(dead)}`)).toBe(1);
    // Time passes.
    await operator.zadd(leases, 1, process);

    await expect
      .poll(() => operator.zrange('asgi:group:room', 0, '-1'), { timeout: 30_000 })
      .not.toContain(dead);
    expect((await operator.zrange('asgi:group:room', 0, '-1')).sort()).toEqual([mine, django].sort());
    expect(await operator.exists(`asgi${queueOf(dead)}`)).toBe(0);
    expect(await operator.exists(`asgi${queueOf(django)}`)).toBe(1);
    expect(await operator.zrange(leases, 0, '-1')).toHaveLength(1);
    await survivor.close();
    operator.disconnect();
  });

  it('come back by themselves when they were taken for dead, and say that they missed something', async ({
    expect,
  }) => {
    await using house = await oneMember();
    const { operator, layer, channel } = house;
    const gap = nextOf(layer.discontinuity, 1, 30_000);
    await operator.del('asgi:group:room', leases);
    await gap;
    const arrived = nextOf(layer.receive(channel), 1);
    await expect.poll(() => operator.zcard('asgi:group:room')).toBe(1);
    await layer.groupSend('room', event('hi'));
    expect(await arrived).toEqual([event('hi')]);
  });

  it('outlive the flush() of a Django app, which deletes everything that begins with its prefix', async ({
    expect,
  }) => {
    await using house = await oneMember();
    const { operator, layer, channel } = house;
    const keys = await operator.keys('asgi*');
    expect(keys).toEqual(['asgi:group:room']);
    const gap = nextOf(layer.discontinuity, 1, 30_000);
    await operator.del(...keys);
    expect(await gap).toEqual(['missed']);
    await expect.poll(() => operator.zrange('asgi:group:room', 0, '-1')).toEqual([channel]);
    const arrived = nextOf(layer.receive(channel), 1);
    await layer.groupSend('room', event('hi'));
    expect(await arrived).toEqual([event('hi')]);
  });

  it('see with the next message to a group of theirs that it was emptied, and enter all of theirs again', async ({
    expect,
  }) => {
    await using redis = await startRedis();
    const operator = new Redis(redis.url, { protocol: 2 });
    const layer = new RedisChannelLayer({ hosts: [redis.url] });
    await healthOf(layer, 'ready');
    const [here, there] = [await layer.newChannel(), await layer.newChannel()];
    await layer.groupAdd('here', here);
    await layer.groupAdd('there', there);
    using clock = ownClock();
    const gap = nextOf(layer.discontinuity, 1);
    await operator.flushall();
    await layer.groupSend('here', event('lost'));
    expect(await gap).toEqual(['missed']);
    // Sooner than the renewal of a lease.
    expect(clock.ms()).toBeLessThan(8_000);
    const arrived = nextOf(layer.receive(there), 1);
    await layer.groupSend('there', event('hi'));
    expect(await arrived).toEqual([event('hi')]);
    await layer.close();
    operator.disconnect();
  });

  it('renew their memberships long before a Django with a shorter group_expiry takes them for old', async ({
    expect,
  }) => {
    await using house = await oneMember();
    const { operator, layer, channel } = house;
    const gaps: string[] = [];
    layer.discontinuity.subscribe((kind) => void gaps.push(kind));
    const joined = Number(await operator.zscore('asgi:group:room', channel));
    // As Django's group_add does: the whole group ends with it, unless somebody says otherwise.
    await operator.expire('asgi:group:room', 60);
    await expect
      .poll(async () => Number(await operator.zscore('asgi:group:room', channel)), { timeout: 30_000 })
      .toBeGreaterThan(joined);
    expect(await operator.ttl('asgi:group:room')).toBeGreaterThan(86_000);
    expect(gaps).toEqual([]);
  });

  it('leave a group that they gave up while Redis was away', async ({ expect }) => {
    await using redis = await startRedis();
    const operator = new Redis(redis.url, { protocol: 2 });
    await operator.call('ACL', 'SETUSER', 'chat', 'on', '>pw', '+@all', 'allkeys', 'allchannels');
    const layer = new RedisChannelLayer({ hosts: [redis.url.replace('//', '//chat:pw@')] });
    await healthOf(layer, 'ready');
    const channel = await layer.newChannel();
    await layer.groupAdd('left', channel);
    await layer.groupAdd('stayed', channel);
    await operator.call('ACL', 'SETUSER', 'chat', 'off');
    await operator.call('CLIENT', 'KILL', 'USER', 'chat');
    await healthOf(layer, 'degraded');
    await layer.groupDiscard('left', channel);
    await operator.call('ACL', 'SETUSER', 'chat', 'on');
    await healthOf(layer, 'ready');
    expect(await operator.exists('asgi:group:left')).toBe(0);
    expect(await operator.zrange('asgi:group:stayed', 0, '-1')).toEqual([channel]);
    await layer.close();
    operator.disconnect();
  });

  it('lose no message when somebody empties Redis’ scripts', async ({ expect }) => {
    await using house = await oneMember();
    const { operator, layer, channel } = house;
    const arrived = nextOf(layer.receive(channel), 6);
    for (let n = 0; n < 6; n++) {
      if (n % 2 === 0) await operator.script('FLUSH');
      await layer.groupSend('room', event(`${n}`));
    }
    expect((await arrived).map(({ message }) => message)).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('live with a key that is no group: only that room stays within the process', async ({ expect }) => {
    await using redis = await startRedis();
    const operator = new Redis(redis.url, { protocol: 2 });
    const layer = new RedisChannelLayer({ hosts: [redis.url] });
    await healthOf(layer, 'ready');
    await operator.set('asgi:group:bad', 'x');
    const channel = await layer.newChannel();
    await layer.groupAdd('bad', channel);
    await layer.groupAdd('good', channel);
    const arrived = nextOf(layer.receive(channel), 1);
    await layer.groupSend('good', event('hi'));
    expect(await arrived).toEqual([event('hi')]);
    await layer.groupDiscard('bad', channel);
    expect(await firstValueFrom(layer.health)).toBe('ready');
    expect(await operator.get('asgi:group:bad')).toBe('x');
    await layer.close();
    operator.disconnect();
  });

  it('never go on in database 0 where the one they were given is not there', async ({ expect }) => {
    await using redis = await startRedis();
    const operator = new Redis(redis.url, { protocol: 2 });
    for (const Layer of [RedisChannelLayer, RedisPubSubChannelLayer]) {
      const layer = new Layer({ hosts: [`${redis.url}/99`] });
      await layer.groupAdd('room', await layer.newChannel());
      expect(await firstValueFrom(layer.health)).toBe('degraded');
      expect(await operator.keys('*')).toEqual([]);
      expect(await operator.pubsub('CHANNELS', '*')).toEqual([]);
      await layer.close();
    }
    operator.disconnect();
  });
});
