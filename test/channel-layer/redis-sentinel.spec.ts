import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { twoCoreNodes, twoRedisNodes } from '../support/channel-layers.js';
import { healthOf, nextOf } from '../support/observe.js';
import { startRedis } from '../support/redis.js';
import { startSentinel } from '../support/sentinel.js';

Logger.overrideLogger(false);
const event = (message: string) => ({ type: 'chat.message', message });

describe.each([
  ['the core layer', twoCoreNodes],
  ['the pub/sub layer', twoRedisNodes],
] as const)('%s behind sentinels', (_name, twoNodes) => {
  it('finds the master, and its successor after its death', { timeout: 60_000 }, async () => {
    await using master = await startRedis();
    await using replica = await startRedis({ args: ['--replicaof', '127.0.0.1', `${master.port}`] });
    const console = new Redis(replica.url, { protocol: 2 });
    await expect
      .poll(() => console.info('replication'), { timeout: 20_000 })
      .toContain('master_link_status:up');
    await using sentinel = await startSentinel(master.port);
    const chief = new Redis(sentinel.port, { protocol: 2 });
    await expect
      .poll(() => chief.call('SENTINEL', 'REPLICAS', 'mymaster'), { timeout: 20_000 })
      .toHaveLength(1);

    await using nodes = await twoNodes({ hosts: [sentinel.url] });
    const channel = await nodes.b.newChannel();
    await nodes.b.groupAdd('room', channel);
    const before = nextOf(nodes.b.receive(channel), 1);
    await nodes.a.groupSend('room', event('before'));
    expect(await before).toEqual([event('before')]);

    const gap = nextOf(nodes.b.discontinuity, 1, 30_000);
    await master.kill();
    await Promise.all([healthOf(nodes.a, 'degraded'), healthOf(nodes.b, 'degraded')]);
    await gap;
    await Promise.all([healthOf(nodes.a, 'ready', 30_000), healthOf(nodes.b, 'ready', 30_000)]);
    expect(await console.info('replication')).toContain('role:master');
    const after = nextOf(nodes.b.receive(channel), 1);
    await nodes.a.groupSend('room', event('after'));
    expect(await after).toEqual([event('after')]);
    for (const client of [console, chief]) client.disconnect();
  });
});
