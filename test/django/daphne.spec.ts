import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LayerMessage } from '../../src/channel-layer/channel-layer.js';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';
import { RedisChannelLayer } from '../../src/channel-layer/redis.channel-layer.js';
import { openPage, startDaphne } from '../support/django.js';
import { healthOf, nextOf } from '../support/observe.js';
import { subscribers } from '../support/subscribers.js';
import { startRedis, type TestRedis } from '../support/redis.js';

Logger.overrideLogger(false);
let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());

const backends = [
  { BACKEND: 'channels_redis.core.RedisChannelLayer', Layer: RedisChannelLayer },
  { BACKEND: 'channels_redis.pubsub.RedisPubSubChannelLayer', Layer: RedisPubSubChannelLayer },
];

describe.each(backends)('a Daphne with $BACKEND and our layer in one room', ({ BACKEND, Layer }) => {
  const joined = async (group: string, count: number) => {
    if (Layer === RedisPubSubChannelLayer) await subscribers([redis.url], `asgi__group__${group}`, count);
  };

  it('people on either side read what the other says, once and in order', async () => {
    const group = 'chat_lobby';
    await using daphne = await startDaphne({ BACKEND, CONFIG: { hosts: [redis.url] } });
    const ours = new Layer({ hosts: [redis.url] });
    await healthOf(ours, 'ready');
    const channel = await ours.newChannel();
    await ours.groupAdd(group, channel);
    using ann = await openPage(daphne.socketUrl('lobby'));
    using bob = await openPage(daphne.socketUrl('lobby'));
    await joined(group, 2);
    ann.say('is anybody there?');
    const greeted = await nextOf(ours.receive(channel), 1);
    expect(greeted).toEqual([{ type: 'chat_message', message: 'is anybody there?' }]);
    await bob.heardUntil('is anybody there?');

    const heard = nextOf(ours.receive(channel), 21);
    const say = (message: string) =>
      ours.groupSend(group, { type: 'chat.message', message, seq: 7, room: 'lobby' });
    for (let i = 0; i < 10; i++) await say(`ours ${i}`);
    await bob.heardUntil('ours 9');
    for (let i = 0; i < 10; i++) ann.say(`theirs ${i}`);
    const all = await bob.heardUntil('theirs 9');
    await ann.heardUntil('theirs 9');
    await say('good night ✓ 👋');

    const words = (text: string) => Array.from({ length: 10 }, (_, i) => `${text} ${i}`);
    expect(all.slice(-20)).toEqual([...words('ours'), ...words('theirs')]);
    expect((await bob.heardUntil('good night ✓ 👋')).at(-1)).toBe('good night ✓ 👋');
    const texts = (messages: LayerMessage[]) => messages.map(({ message }) => message);
    expect(texts(await heard)).toEqual([...words('ours'), ...words('theirs'), 'good night ✓ 👋']);
    await ours.close();
    expect(daphne.said.filter((line) => line.includes('Traceback'))).toEqual([]);
  });

  it('an event that its consumer has no method for ends the Django socket: only chat.message goes there', async () => {
    await using daphne = await startDaphne({ BACKEND, CONFIG: { hosts: [redis.url] } });
    const ours = new Layer({ hosts: [redis.url] });
    await healthOf(ours, 'ready');
    using page = await openPage(daphne.socketUrl('fragile'));
    await joined('chat_fragile', 1);
    page.say('ready');
    await page.heardUntil('ready');
    const ended = page.heardUntil('never').catch((error: unknown) => String(error));
    await ours.groupSend('chat_fragile', { type: 'room.updated' });
    expect(await ended).toContain('closed with');
    await ours.close();
  });
});
