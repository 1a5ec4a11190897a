import { Injectable } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DjangoBridge, type DjangoBridgeOptions, djangoGroup } from '../../src/django-bridge/index.js';
import {
  ChatError,
  type Draft,
  type LayerMessage,
  MemoryBus,
  MessageHook,
  type MessageHooks,
  RoomDirectory,
  RoomLog,
} from '../../src/index.js';
import type { startChat } from '../../src/testing/index.js';
import { Django, startBridged as startBridgedOn } from '../support/bridged.js';

@Injectable()
@MessageHook({ order: 1 })
class NoShouting implements MessageHooks {
  beforeStore(draft: Draft): Draft {
    if (draft.text === draft.text.toUpperCase()) throw new ChatError('forbidden', 'do not shout');
    return draft;
  }
}

let bus: MemoryBus;
let django: Django;
beforeEach(async () => {
  bus = new MemoryBus();
  django = await Django.in(bus, 'lobby', 'other');
});
afterEach(() => django.close());

const startBridged = (options?: Partial<DjangoBridgeOptions>, providers?: object[]) =>
  startBridgedOn(bus, options, providers);

async function logOf(chat: Awaited<ReturnType<typeof startChat>>, room = 'lobby') {
  const found = await chat.app.get(RoomDirectory).find(room);
  const events = found ? await chat.app.get(RoomLog).range(found.id, { after: 0, limit: 300 }) : [];
  return events.map(({ data, actor }) => ({ text: (data as { text: string }).text, by: actor.name }));
}

describe('a room that is shared with Django', () => {
  it('is one conversation: what either side says, both read, once and in order', async () => {
    await using chat = await startBridged();
    const ann = await chat.connect('Ann', { path: '/ws/chat/lobby/' });
    for (let n = 0; n < 10; n++) {
      await django.say('lobby', `theirs ${n}`);
      expect(await ann.push('message.created')).toMatchObject({
        text: `theirs ${n}`,
        user: { name: 'Django (bridge)' },
      });
      await ann.request('message.send', { room: 'lobby', text: `ours ${n}`, clientId: crypto.randomUUID() });
      await ann.push('message.created');
    }
    const both = Array.from({ length: 10 }, (_, n) => [`theirs ${n}`, `ours ${n}`]).flat();
    await expect.poll(() => django.texts).toEqual(both);
    expect((await logOf(chat)).map(({ text }) => text)).toEqual(both);
    expect(django.heard[1]).toMatchObject({
      type: 'chat.message',
      message: 'ours 0',
      username: 'Ann',
      room: 'lobby',
      seq: 2,
    });
  });

  it('makes the room that was named with the first word that Django says in it', async () => {
    await using chat = await startBridged();
    await django.say('lobby', 'first');
    await django.say('lobby', 'first');
    await expect.poll(async () => (await logOf(chat)).length).toBe(2);
  });

  it('takes what a consumer passes on from another room, and not what we said there', async () => {
    await using chat = await startBridged({ rooms: ['lobby', 'other'] });
    const ann = await chat.connect('Ann', { path: '/ws/chat/other/' });
    await ann.request('message.send', { room: 'other', text: 'to all', clientId: crypto.randomUUID() });
    await expect.poll(() => django.texts).toEqual(['to all']);
    const { message = '', ...rest } = django.heard[0] as LayerMessage;
    await django.say('other', message, rest);
    await django.say('lobby', message, rest);
    await django.say('other', 'end');
    await expect.poll(async () => (await logOf(chat)).map(({ text }) => text)).toEqual(['to all']);
    const there = async () => (await logOf(chat, 'other')).map(({ text }) => text);
    await expect.poll(there).toEqual(['to all', 'end']);
  });

  it('takes what is text, and leaves what says nothing', async () => {
    await using chat = await startBridged();
    const said = [
      '',
      '   ',
      null,
      ['a'],
      { a: 1 },
      7,
      2n ** 60n,
      true,
      'nul \0 here',
      'x'.repeat(5_000),
      '👋'.repeat(2_001),
    ];
    for (const message of said) await django.say('lobby', message);
    await django.say('lobby', 'typing', { type: 'chat.typing' });
    await django.say('lobby', 'end', { type: 'chat.message' });
    await expect.poll(async () => (await logOf(chat)).at(-1)?.text).toBe('end');
    const texts = (await logOf(chat)).map(({ text }) => text);
    expect(texts.slice(0, 4)).toEqual(['7', `${2n ** 60n}`, 'true', 'nul � here']);
    expect(texts.slice(4, 6).map(({ length }) => length)).toEqual([4_000, 3_999]);
    expect(texts[5]!.isWellFormed()).toBe(true);
    expect(texts).toHaveLength(7);
    expect(chat.app.get(DjangoBridge).report()).toMatchObject({ stored: 7, ignored: 6, sent: 0 });
  });

  it('asks hooks, as for everybody: what one refuses is not stored, and what follows is', async () => {
    await using chat = await startBridged({}, [NoShouting]);
    await django.say('lobby', 'HEY');
    await django.say('lobby', 'hello');
    await expect.poll(() => logOf(chat)).toEqual([{ text: 'hello', by: 'Django (bridge)' }]);
    expect(chat.app.get(DjangoBridge).report()).toMatchObject({ refused: 1, stored: 1 });
  });

  it('shows the author that a team makes of the event', async () => {
    const author = ({ username }: LayerMessage) => ({
      id: `django:${String(username)}`,
      name: String(username),
    });
    await using chat = await startBridged({ author });
    await django.say('lobby', 'hi', { username: 'Zoe' });
    await expect.poll(() => logOf(chat)).toEqual([{ text: 'hi', by: 'Zoe' }]);
  });

  it('shows all of Django as the author where that function throws, and goes on', async () => {
    const author = ({ user }: LayerMessage) => ({ id: 'zoe', name: (user as { name: string }).name });
    await using chat = await startBridged({ author });
    await django.say('lobby', 'an event without a user');
    await django.say('lobby', 'hi', { user: { name: 'Zoe' } });
    await expect
      .poll(() => logOf(chat))
      .toEqual([
        { text: 'an event without a user', by: 'Django (bridge)' },
        { text: 'hi', by: 'Zoe' },
      ]);
  });

  it('speaks the type that Django’s consumers know, and hears it with a dot or an underscore', async () => {
    await using chat = await startBridged({ eventTypes: ['room.say', 'chat.message'] });
    await django.say('lobby', 'one', { type: 'room_say' });
    await django.say('lobby', 'two');
    await expect.poll(async () => (await logOf(chat)).length).toBe(2);
    const ann = await chat.connect('Ann');
    await ann.request('message.send', { room: 'lobby', text: 'three', clientId: crypto.randomUUID() });
    await expect.poll(() => django.heard.at(-1)).toMatchObject({ type: 'room.say', message: 'three' });
  });
});

describe('rooms that are not shared', () => {
  it('are each side’s own', async () => {
    await using chat = await startBridged();
    const ann = await chat.connect('Ann');
    for (const room of ['other', 'lobby'])
      await ann.request('message.send', { room, text: `in ${room}`, clientId: crypto.randomUUID() });
    await django.say('other', 'not for you');
    await django.say('lobby', 'for you');
    await expect.poll(async () => (await logOf(chat)).length).toBe(2);
    expect(await logOf(chat, 'other')).toHaveLength(1);
    expect(django.texts).toEqual(['in lobby', 'not for you', 'for you']);
  });

  it('with all: every public room is shared, also one that is made later', async () => {
    await using chat = await startBridged({ rooms: 'all' });
    await chat.connect('Ann', { path: '/ws/chat/other/' });
    await expect.poll(() => chat.app.get(DjangoBridge).report().rooms).toBe(2);
    await django.say('other', 'hi');
    await expect.poll(() => logOf(chat, 'other')).toHaveLength(1);
  });

  it('with all: a room that only Django’s people are in is heard, and made with their first word', async () => {
    const digest = djangoGroup('größe').slice('chat_'.length);
    const more = await Django.in(bus, 'only-theirs', digest, 'a.dot', 'x'.repeat(65));
    await using chat = await startBridged({ rooms: 'all' });
    // Of the names above, `a.dot` and the last are no rooms, and the digest says nothing of a room's name.
    await expect.poll(() => chat.app.get(DjangoBridge).report().rooms).toBe(3);
    await more.say('only-theirs', 'hi');
    await expect.poll(() => logOf(chat, 'only-theirs')).toHaveLength(1);
    await more.close();
  });
});

describe('names of groups', () => {
  it('are the tutorial’s, and a digest where Django has no such name', () => {
    expect(djangoGroup('lobby')).toBe('chat_lobby');
    expect(djangoGroup('A-1_b')).toBe('chat_A-1_b');
    expect(djangoGroup('größe')).toMatch(/^chat_[a-z2-7]{52}$/);
    expect(djangoGroup('größe')).not.toBe(djangoGroup('große'));
    expect(djangoGroup('😀'.repeat(20))).toMatch(/^[A-Za-z0-9._-]{1,99}$/);
  });
});
