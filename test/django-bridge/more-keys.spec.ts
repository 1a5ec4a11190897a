import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DjangoBridge, type DjangoBridgeOptions } from '../../src/django-bridge/index.js';
import { MemoryBus } from '../../src/index.js';
import { Django, startBridged as startBridgedOn } from '../support/bridged.js';

let bus: MemoryBus;
let django: Django;
beforeEach(async () => {
  bus = new MemoryBus();
  django = await Django.in(bus, 'lobby');
});
afterEach(() => django.close());

const startBridged = (options: Partial<DjangoBridgeOptions>) => startBridgedOn(bus, options);

describe('keys that a team’s consumers read besides', () => {
  const say = async (chat: Awaited<ReturnType<typeof startBridged>>, text: string) => {
    const ann = await chat.connect('Ann');
    await ann.request('message.send', { room: 'lobby', text, clientId: crypto.randomUUID() });
    await expect.poll(() => django.texts).toEqual([text]);
    return django.heard[0]!;
  };

  it('are sent with the rest, and may take the place of all but what the event is', async () => {
    const moreKeys: DjangoBridgeOptions['moreKeys'] = ({ text, user }, { at = null }) => ({
      user: { id: user.id, tags: ['a'] },
      timestamp: at,
      length: text.length,
      username: `@${user.name}`,
      type: 'chat.evil',
      room: 'other',
      source: 'theirs',
    });
    await using chat = await startBridged({ moreKeys });
    expect(await say(chat, 'hi')).toEqual({
      type: 'chat.message',
      message: 'hi',
      username: '@Ann',
      room: 'lobby',
      id: expect.any(String),
      seq: 1,
      at: expect.any(String),
      source: 'nest-realtime-chat',
      user: { id: expect.any(String), tags: ['a'] },
      timestamp: django.heard[0]!.at,
      length: 2,
    });
    expect(chat.app.get(DjangoBridge).report()).toMatchObject({ sent: 1, dropped: 0, stored: 0 });
  });

  it('are left out where they cannot be sent: the message goes, and the others', async () => {
    const ring: unknown[] = [];
    ring.push(ring);
    const moreKeys = () =>
      ({
        date: new Date(),
        bytes: [Buffer.of(1)],
        nothing: undefined,
        none: Number.NaN,
        ring,
        ['__proto__']: 1,
        __asgi_channel__: 'x',
        call: () => 1,
        user: 'Ann',
      }) as never;
    await using chat = await startBridged({ moreKeys });
    const plain = ['type', 'message', 'username', 'room', 'id', 'seq', 'at', 'source'];
    expect(Object.keys(await say(chat, 'hi'))).toEqual([...plain, 'user']);
  });

  it.each<[string, () => never]>([
    [
      'throws',
      () => {
        throw new Error('no such person');
      },
    ],
    ['makes nothing', () => undefined as never],
  ])('are left out where their function %s', async (_what, moreKeys) => {
    await using chat = await startBridged({ moreKeys });
    expect(await say(chat, 'hi')).toMatchObject({ type: 'chat.message', message: 'hi' });
    expect(chat.app.get(DjangoBridge).report()).toMatchObject({ sent: 1, dropped: 0 });
  });
});
