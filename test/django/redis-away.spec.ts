import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, startDaphne } from '../support/django.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { subscribers } from '../support/subscribers.js';
import { ServerProcess } from '../support/server-process.js';
import { wireOf } from './mixed-traffic.js';
import { tally } from './tally.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());

describe.each(['core', 'pubsub'] as const)('a room shared with Django when Redis goes away, %s', (layer) => {
  it('says so, keeps our own conversation going, and is one room again afterwards', async () => {
    const wire = wireOf({ layer }, redis.url);
    const room = `away_${layer}`;
    await using daphne = await startDaphne(wire.django);
    await using server = await ServerProcess.start({
      ...wire.ours,
      DATABASE_URL: 'sqlite::memory:',
      RATE_LIMIT: 'off',
      DJANGO_BRIDGE: room,
    });
    using ann = await openPage(`${server.socketUrl}/ws/chat/${room}/`);
    using present = await openPage(daphne.socketUrl(room));
    const subscribed = async (count: number) => {
      if (layer === 'pubsub') await subscribers([redis.url], `asgi__group__chat_${room}`, count);
    };
    await subscribed(2);
    ann.say('before');
    await present.heardUntil('before');
    await redis.kill();
    await expect.poll(() => server.status()).toBe('degraded');
    const meanwhile = Array.from({ length: 20 }, (_, n) => `ann:${n}`);
    for (const text of meanwhile) ann.say(text);
    await ann.heardUntil('ann:19');
    // Daphne comes back when it likes: what is said of ours is not for somebody who is not there yet.
    server.child.kill('SIGSTOP');
    await redis.restart();
    await subscribed(1);
    server.child.kill('SIGCONT');
    await expect.poll(() => server.status()).toBe('up');

    using page = await openPage(daphne.socketUrl(room));
    const again = () => {
      page.say('back again');
      return ann.heard.includes('back again');
    };
    await expect.poll(again, { interval: 300 }).toBe(true);
    ann.say('ann:20');
    await page.heardUntil('ann:20');
    page.say('end');
    const heard = await ann.heardUntil('end');
    // A Redis that lost its memory lost who is in which group, too: only pub/sub's consumers come back by themselves.
    if (layer === 'pubsub')
      expect(tally([...meanwhile, 'ann:20'], await present.heardUntil('end'))).toMatchObject({
        lost: [],
        doubled: [],
        misordered: [],
      });
    expect(tally([...meanwhile, 'ann:20'], heard)).toMatchObject({ lost: [], doubled: [], misordered: [] });
    expect(
      tally(
        page.heard.filter((text) => text.includes(':')),
        page.heard,
      ).doubled,
    ).toEqual([]);
  });
});
