import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createChannelLayer } from '../../src/channel-layer/create.channel-layer.js';
import { FaultLog } from '../../src/channel-layer/fault-log.js';
import { MemoryChannelLayer } from '../../src/channel-layer/memory.channel-layer.js';
import { copyMessage } from '../../src/channel-layer/message.js';
import {
  checkChannel,
  checkGroup,
  isOurs,
  newProcess,
  processChannel,
  processOf,
  pubSubChannel,
  queueOf,
} from '../../src/channel-layer/names.js';
import { capacityRule } from '../../src/channel-layer/options.js';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';
import { RedisChannelLayer } from '../../src/channel-layer/redis.channel-layer.js';
import { hostIndex } from '../../src/channel-layer/sharding.js';
import { parseEnv } from '../../src/config/env.js';

describe('names', () => {
  it('says in one sentence what a name is', () => {
    expect(() => checkGroup('room:1')).toThrow(
      new TypeError('A group name is 1 to 99 of A-Z a-z 0-9 . _ -, not "room:1"'),
    );
    expect(() => checkChannel('a!b!c')).toThrow(
      new TypeError('A channel name is 1 to 99 of A-Z a-z 0-9 . _ - and at most one "!", not "a!b!c"'),
    );
    expect(() => checkGroup(7 as unknown as string)).toThrow('not number');
  });

  it('takes 99 characters and no more, the "!" among them', () => {
    expect(checkGroup('x'.repeat(99))).toHaveLength(99);
    expect(() => checkGroup('x'.repeat(100))).toThrow(TypeError);
    expect(checkChannel(`${'x'.repeat(49)}!${'y'.repeat(49)}`)).toHaveLength(99);
    expect(() => checkChannel(`${'x'.repeat(50)}!${'y'.repeat(49)}`)).toThrow(TypeError);
    for (const bad of ['a!', '!a', 'chat_٣', 'abc\n', 'a!b\n'])
      expect(() => checkChannel(bad)).toThrow(TypeError);
  });

  it('has the shape of channels_redis names, in which the reading process can be found', () => {
    const process = '00112233445566778899aabbccddeeff';
    expect(processChannel(process)).toMatch(/^specific\.00112233445566778899aabbccddeeff![0-9a-f]{32}$/);
    expect(processOf(processChannel(process, 'a.b'))).toBe(process);
    expect(processOf('thumbnails')).toBeUndefined();
    expect(pubSubChannel('asgi')).toMatch(/^asgispecific\.[0-9a-f]{32}$/);
    expect(checkChannel(pubSubChannel('asgi:'), 'asgi:')).toBeTruthy();
  });

  it('tells processes of ours, whose names are valid in Django too, from those of Django', () => {
    for (let i = 0; i < 100; i++) {
      const process = newProcess();
      expect(process).toMatch(/^[0-9a-f]{32}$/);
      expect(isOurs(process)).toBe(true);
      // Python's uuid4().hex
      expect(isOurs(randomUUID().replaceAll('-', ''))).toBe(false);
    }
    expect(queueOf('specific.00112233!44')).toBe('specific.00112233!');
    expect(queueOf('thumbnails')).toBe('thumbnails');
  });

  it('finds the host that channels_redis would', () => {
    expect([1, 2, 3, 4, 10].map((hosts) => hostIndex('chat_lobby', hosts))).toEqual([0, 1, 1, 2, 5]);
    expect([2, 3, 4, 10].map((hosts) => hostIndex('asgi__group__chat_lobby', hosts))).toEqual([0, 0, 0, 0]);
  });
});

describe('capacities', () => {
  it('are those of the first pattern that matches, globs like in Python', () => {
    const capacity = capacityRule(100, [
      ['http.response!*', 10],
      [/^job/, 20],
      [/ob/, 21],
      ['room-[!0-9]?', 30],
      ['room-[0-9]', 40],
      ['odd[name', 50],
    ]);
    const expected = {
      'http.response!x': 10,
      'http.response': 100,
      'httpxresponse!x': 100,
      job7: 20,
      jobs: 20,
      mob: 100,
    };
    for (const [name, count] of Object.entries(expected))
      expect([name, capacity(name)]).toEqual([name, count]);
    expect(['room-ab', 'room-a', 'room-7', 'a-room-7', 'odd[name'].map(capacity)).toEqual([
      30, 100, 40, 100, 50,
    ]);
    expect(capacity('job7')).toBe(20);
  });
});

describe('messages', () => {
  it('say where they cannot be sent', () => {
    const refusals: [unknown, string][] = [
      [[], 'A message is a map with a string "type"'],
      [{ message: 'hi' }, 'A message has a string "type"'],
      [{ type: 't', user: { at: new Date() } }, 'A message cannot carry a Date (at message.user.at)'],
      [{ type: 't', list: [1, undefined] }, 'A message cannot carry undefined (at message.list[1])'],
      [{ type: 't', map: new Map() }, 'A message cannot carry a Map (at message.map)'],
      [{ type: 't', x: Infinity }, 'A message cannot carry Infinity (at message.x)'],
      [{ type: 't', x: -(2n ** 63n) - 1n }, "A message's integers fit 64 bits with a sign (at message.x)"],
      [
        { type: 't', __asgi_channel__: 'a!b' },
        'The key "__asgi_channel__" is reserved: it is the envelope of channels_redis',
      ],
      [JSON.parse('{"type":"t","__proto__":{}}'), 'A message cannot carry the key "__proto__" (at message)'],
    ];
    for (const [message, sentence] of refusals)
      expect(() => copyMessage(message)).toThrow(new TypeError(sentence));
  });

  it('are at most 32 levels deep, so no circle gets far', () => {
    const nested = (levels: number): object =>
      levels === 1 ? { type: 't' } : { type: 't', x: nested(levels - 1) };
    expect(copyMessage(nested(32))).toEqual(nested(32));
    expect(() => copyMessage(nested(33))).toThrow(new TypeError('A message is at most 32 levels deep'));
    const circle: Record<string, unknown> = { type: 't' };
    circle.me = [circle];
    expect(() => copyMessage(circle)).toThrow(TypeError);
  });
});

describe('the fault log', () => {
  it('tells the same fault at most once in ten seconds, and how often it kept silent', () => {
    let now = 0;
    const lines: unknown[] = [];
    const note = (line: unknown) => lines.push(line);
    const log = new FaultLog({ warn: note, log: note }, 10_000, () => now);
    for (const _ of [1, 2, 3]) log.warn('down', 'Redis is away');
    log.warn('other', 'Something else');
    now = 9_999;
    log.warn('down', 'Redis is away');
    now = 10_000;
    log.warn('down', 'Redis is away');
    expect(lines).toEqual([
      'Redis is away',
      'Something else',
      'Redis is away (and 3 times since the last such line)',
    ]);
  });
});

describe('createChannelLayer', () => {
  it('takes memory, unless the environment names a Redis', async () => {
    const made = [
      {},
      { REDIS_URL: 'redis://127.0.0.1:1, redis://127.0.0.1:2' },
      { REDIS_URL: 'redis://x', CHANNEL_LAYER: 'memory' },
      { REDIS_URL: 'redis-sentinel://127.0.0.1:1;127.0.0.1:2/mymaster', CHANNEL_LAYER: 'redis' },
    ].map((source) => createChannelLayer(parseEnv(source)));
    const kinds = [MemoryChannelLayer, RedisPubSubChannelLayer, MemoryChannelLayer, RedisChannelLayer];
    made.forEach((layer, i) => expect(layer).toBeInstanceOf(kinds[i]!));
    await expect(made[0]!.flush()).rejects.toThrow('refused in production');
    await Promise.all(made.map((layer) => layer.close()));
  });
});
