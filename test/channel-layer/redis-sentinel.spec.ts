import { Logger } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { twoCoreNodes, twoRedisNodes } from '../support/channel-layers.js';
import { healthOf, nextOf } from '../support/observe.js';
import { startWatchedRedis } from '../support/sentinel.js';

Logger.overrideLogger(false);
const event = (message: string) => ({ type: 'chat.message', message });

describe.each([
  ['the core layer', twoCoreNodes],
  ['the pub/sub layer', twoRedisNodes],
] as const)('%s behind sentinels', (_name, twoNodes) => {
  it('finds the master, and its successor after its death', async () => {
    await using watched = await startWatchedRedis();
    await using nodes = await twoNodes({ hosts: [watched.url] });
    const channel = await nodes.b.newChannel();
    await nodes.b.groupAdd('room', channel);
    const before = nextOf(nodes.b.receive(channel), 1);
    await nodes.a.groupSend('room', event('before'));
    expect(await before).toEqual([event('before')]);

    const gap = nextOf(nodes.b.discontinuity, 1, 60_000);
    await watched.watch();
    await watched.master.kill();
    await Promise.all([healthOf(nodes.a, 'degraded'), healthOf(nodes.b, 'degraded')]);
    await gap;
    await Promise.all([healthOf(nodes.a, 'ready', 60_000), healthOf(nodes.b, 'ready', 60_000)]);
    expect(await watched.roleOfReplica()).toBe('master');
    const after = nextOf(nodes.b.receive(channel), 1);
    await nodes.a.groupSend('room', event('after'));
    expect(await after).toEqual([event('after')]);
  });
});
