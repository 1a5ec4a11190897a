import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChannelLayer, LayerMessage } from '../../src/channel-layer/channel-layer.js';
import { messageIdOf } from '../../src/channel-layer/message-ids.js';
import { twoCoreNodes, twoMemoryNodes, twoRedisNodes } from '../support/channel-layers.js';
import { healthOf, nextOf } from '../support/observe.js';
import { startRedis, type TestRedis } from '../support/redis.js';

Logger.overrideLogger(false);
let servers: TestRedis[];
beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis()]);
});
afterAll(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));
const hosts = () => servers.map(({ url }) => url);

const words = (message: string): LayerMessage => ({ type: 'chat.message', message });

async function listener(layer: ChannelLayer, group: string) {
  const channel = await layer.newChannel('django', { identified: true });
  const heard: { text: unknown; id: string | undefined }[] = [];
  layer
    .receive(channel)
    .subscribe((message) => void heard.push({ text: message.message, id: messageIdOf(message) }));
  await layer.groupAdd(group, channel);
  return heard;
}

const kinds = [
  { name: 'memory', two: () => twoMemoryNodes() },
  { name: 'pub/sub', two: () => twoRedisNodes({ hosts: hosts().slice(0, 1) }) },
  { name: 'pub/sub on two hosts', two: () => twoRedisNodes({ hosts: hosts(), prefix: 'ids' }) },
  { name: 'core', two: () => twoCoreNodes({ hosts: hosts().slice(0, 1) }) },
  { name: 'core on two hosts', two: () => twoCoreNodes({ hosts: hosts(), prefix: 'ids' }) },
  {
    name: 'core, JSON',
    two: () => twoCoreNodes({ hosts: hosts(), prefix: 'json', serializerFormat: 'json' }),
  },
  {
    name: 'core, encrypted',
    two: () => twoCoreNodes({ hosts: hosts(), prefix: 'enc', symmetricEncryptionKeys: ['k'] }),
  },
];

describe.each(kinds)('ids of messages in a group, $name', ({ two }) => {
  it('are the same for everybody who hears a message, and of no other message, however alike', async () => {
    await using nodes = await two();
    const first = await listener(nodes.a, 'chat_lobby');
    const groups = Array.from({ length: 6 }, (_, n) => `chat_${n}`);
    await nodes.a.groupSend('chat_lobby', words('nobody else is here yet'));
    const others = await Promise.all([listener(nodes.b, 'chat_lobby'), listener(nodes.b, 'chat_lobby')]);
    for (const group of groups) await Promise.all([listener(nodes.a, group), listener(nodes.b, group)]);
    for (let n = 0; n < 50; n++) await nodes[n % 2 ? 'a' : 'b'].groupSend('chat_lobby', words('hi'));

    await expect.poll(() => [first.length, ...others.map(({ length }) => length)]).toEqual([51, 50, 50]);
    const ids = others.map((heard) => heard.map(({ id }) => id));
    expect(ids[0]).toHaveLength(50);
    expect(new Set(ids[0]).size).toBe(50);
    expect(ids[0]).not.toContain(undefined);
    expect(ids[1]).toEqual(ids[0]);
    expect(first.slice(1).map(({ id }) => id)).toEqual(ids[0]);
  });

  it('cannot be seen in the message: what is sent on is what was received', async () => {
    await using nodes = await two();
    const channel = await nodes.a.newChannel('django', { identified: true });
    await nodes.a.groupAdd('chat_plain', channel);
    const arrived = nextOf(nodes.a.receive(channel), 1);
    await nodes.b.groupSend('chat_plain', words('hi'));
    const [message] = await arrived;
    expect(messageIdOf(message!)).toBeTypeOf('string');
    expect(message).toStrictEqual(words('hi'));
  });
});

describe('ids over pub/sub when a connection was cut', () => {
  it('are agreed upon anew: never is one id two messages', async () => {
    await using nodes = await twoRedisNodes({ hosts: hosts().slice(0, 1), prefix: 'cut' });
    const [a, b] = [await listener(nodes.a, 'chat_cut'), await listener(nodes.b, 'chat_cut')];
    const operator = new Redis(hosts()[0]!, { protocol: 2 });
    const texts: string[] = [];
    for (let round = 0; round < 5; round++) {
      const list = String(await operator.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
      const victim = /^id=(\d+)/m.exec(list)![1]!;
      for (let n = 0; n < 20; n++) {
        if (n === 10) await operator.call('CLIENT', 'KILL', 'ID', victim);
        texts.push(`${round}.${n}`);
        await operator.publish('cut__group__chat_cut', encoded(`${round}.${n}`));
      }
      await Promise.all([healthOf(nodes.a, 'ready'), healthOf(nodes.b, 'ready')]);
      await expect
        .poll(async () => {
          await operator.publish('cut__group__chat_cut', encoded(`again ${round}`));
          return [a, b].every((heard) => heard.at(-1)?.text === `again ${round}` && heard.at(-1)?.id);
        })
        .toBeTruthy();
    }
    operator.disconnect();
    const named = new Map<string, unknown>();
    for (const { id, text } of [...a, ...b]) {
      if (id === undefined) continue;
      if (named.has(id)) expect(named.get(id)).toBe(text);
      named.set(id, text);
    }
    // Each message had one whole listener at least.
    const known = new Set(named.values());
    expect(texts.filter((text) => !known.has(text))).toEqual([]);
  });
});

function encoded(text: string): Buffer {
  const [type, message] = [Buffer.from('chat.message'), Buffer.from(text)];
  return Buffer.concat([
    Buffer.from([0x82, 0xa4]),
    Buffer.from('type'),
    Buffer.from([0xa0 | type.length]),
    type,
    Buffer.from([0xa7]),
    Buffer.from('message'),
    Buffer.from([0xa0 | message.length]),
    message,
  ]);
}
