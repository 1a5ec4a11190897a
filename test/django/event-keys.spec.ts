import { describe, expect, it } from 'vitest';
import { openPage, startPeer } from '../support/django.js';
import { startRedis } from '../support/redis.js';
import { ServerProcess } from '../support/server-process.js';
import { type Setting, wireOf } from './mixed-traffic.js';

const wires: Setting[] = [
  { layer: 'core', format: 'msgpack' },
  { layer: 'core', format: 'json' },
  { layer: 'pubsub', format: 'msgpack' },
];

describe.each(wires)('a Django process whose consumers read keys of their own, $layer, $format', (wire) => {
  it('reads them in what our people say, where DJANGO_EVENT_KEYS names them', async () => {
    await using redis = await startRedis();
    await using django = startPeer({ ...wire, hosts: [redis.url] });
    const channel = await django.call<string>('new_channel');
    await django.call('group_add', 'chat_keys', channel);
    await using server = await ServerProcess.start({
      ...wireOf(wire, redis.url).ours,
      DATABASE_URL: 'sqlite::memory:',
      DJANGO_BRIDGE: 'keys',
      DJANGO_EVENT_KEYS: 'user=username,timestamp=at',
    });
    using ann = await openPage(`${server.socketUrl}/ws/chat/keys/`);
    ann.say('hi');
    const event = await django.call<Record<string, unknown>>('receive', channel);
    expect(event).toMatchObject({ type: 'chat.message', message: 'hi', username: expect.any(String) });
    expect([event.user, event.timestamp]).toEqual([event.username, event.at]);
  });
});
