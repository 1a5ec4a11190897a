import { describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import type { Sent } from '../../src/protocol/index.js';
import { startChat } from '../../src/testing/index.js';

const room = 'lobby';
const message = (text: string, clientId: string = randomUUID()) => ({ room, text, clientId });

describe('a message', () => {
  it('reaches the others in the room, and the sender', async () => {
    await using chat = await startChat();
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
    await ann.request('room.join', { room });
    await bob.request('room.join', { room });

    const sent: Sent = await ann.request('message.send', message('hi'));

    for (const member of [ann, bob]) {
      const created = await member.push('message.created');
      expect(created).toMatchObject({ ...sent, room, text: 'hi', seq: 1, user: { name: 'Ann' } });
    }
  });

  it('comes back to its sender before the reply to it', async () => {
    await using chat = await startChat();
    const ann = await chat.connect('Ann');
    await ann.request('room.join', { room });
    ann.sendRaw(JSON.stringify({ event: 'message.send', id: 99, data: message('hi') }));

    await ann.push('message.created');
    expect(await ann.push('reply')).toMatchObject({ seq: 1 });
  });

  it('is stored once, however often it is sent', async () => {
    await using chat = await startChat();
    const ann = await chat.connect('Ann');
    await ann.request('room.join', { room });
    const once = message('once');

    const first: Sent = await ann.request('message.send', once);
    const again = await ann.request('message.send', once);

    expect(again).toEqual({ ...first, dup: true });
    expect(await ann.push('message.created')).toMatchObject({ text: 'once' });
    await ann.nothing(['presence']);
  });

  it('does not reach who is in another room, or has left', async () => {
    await using chat = await startChat();
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
    await ann.request('room.join', { room });
    await bob.request('room.join', { room });
    await bob.request('room.join', { room: 'other' });
    await bob.request('room.leave', { room });

    await ann.request('message.send', message('not for Bob'));
    await ann.request('message.send', { ...message('for Bob'), room: 'other' });

    expect(await bob.push('message.created')).toMatchObject({ room: 'other', text: 'for Bob' });
    expect(bob.received.filter(({ event }) => event === 'message.created')).toEqual([]);
  });

  it('keeps its text as it was written', async () => {
    await using chat = await startChat();
    const ann = await chat.connect('Ann');
    await ann.request('room.join', { room });
    const text = ' <script>alert(1)</script>\n\t👩‍👩‍👧 é е́ ‮ {"message":1} \\u0000 ';

    await ann.request('message.send', message(text));

    expect((await ann.push('message.created')).text).toBe(text);
  });
});

describe('requests of one connection', () => {
  it('are answered one after another, in the order sent', async () => {
    await using chat = await startChat();
    const ann = await chat.connect('Ann');
    await ann.request('room.join', { room });
    for (let id = 1; id <= 100; id++)
      ann.sendRaw(JSON.stringify({ event: 'message.send', id: 1000 + id, data: message(`m${id}`) }));

    for (let id = 1; id <= 100; id++) {
      const { seq, text } = await ann.push('message.created');
      expect([seq, text]).toEqual([id, `m${id}`]);
      const replies = ann.received.filter(({ event }) => event === 'reply');
      expect(replies.every((reply) => Number(reply.id) >= 1000 + id)).toBe(true);
      expect(await ann.push('reply')).toMatchObject({ seq: id });
    }
  });
});

describe('a client of the plain dialect', () => {
  it('gets back what it says, and what others say, and nothing else', async () => {
    await using chat = await startChat();
    const page = await chat.connect(undefined, { dialect: 'plain', path: '/ws/chat/lobby/' });
    const ann = await chat.connect('Ann');
    await ann.request('room.join', { room });

    page.say('hi');
    expect(await page.next()).toMatchObject({ message: 'hi', seq: 1, room, user: { guest: true } });
    await ann.request('message.send', message('hello'));
    expect(await page.next()).toMatchObject({ message: 'hello', seq: 2, user: { name: 'Ann' } });

    await ann.request('typing', { room });
    await page.nothing();
  });

  it('is told what it did wrong', async () => {
    await using chat = await startChat({ env: { MAX_TEXT_LENGTH: 10 } });
    const page = await chat.connect(undefined, { dialect: 'plain', path: '/ws/chat/lobby' });
    page.say('12345678901');
    expect(await page.next()).toEqual({
      error: { code: 'too_long', message: 'a message has at most 10 characters' },
    });
    page.say('   ');
    expect(await page.next()).toMatchObject({ error: { code: 'bad_schema' } });
    page.sendRaw('{"message":"x","extra":1}');
    expect(await page.next()).toMatchObject({ error: { code: 'bad_schema' } });
  });

  it('is told that it is in no room where its path names none', async () => {
    await using chat = await startChat();
    const page = await chat.connect(undefined, { dialect: 'plain', path: '/ws/chat/' });
    page.say('hi');
    expect(await page.next()).toMatchObject({ error: { code: 'not_joined' } });
  });
});
