import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ChatError, type Draft, MessageHook, type MessageHooks } from '../../src/index.js';
import { type Communicator, type RunningChat, startChat } from '../../src/testing/index.js';

const room = 'lobby';

/** Ann and Bob in a room, where Ann has said something. */
async function lobby(options: Parameters<typeof startChat>[0] = {}) {
  const chat = await startChat(options);
  const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
  for (const person of [ann, bob]) await person.request('room.join', { room });
  const { id } = await say(ann, 'secret one');
  for (const person of [ann, bob]) await person.push('message.created');
  return { chat, ann, bob, id, [Symbol.asyncDispose]: () => chat.close() };
}

const say = (person: Communicator, text: string) =>
  person.request('message.send', { room, text, clientId: randomUUID() });

async function history({ url }: RunningChat) {
  const response = await fetch(`${url}/api/rooms/${room}/messages`);
  return (await response.json()) as { head: number; messages: Record<string, unknown>[] };
}

describe('an own message', () => {
  it('says something else once it is edited, for everybody and for who comes later', async () => {
    await using house = await lobby();
    const { chat, ann, bob, id } = house;
    expect(await ann.request('message.edit', { room, id, text: 'second' })).toEqual({ seq: 2 });
    for (const person of [ann, bob])
      expect(await person.push('message.edited')).toMatchObject({ room, seq: 2, id, text: 'second' });
    const [message] = (await history(chat)).messages;
    expect(message).toMatchObject({ id, seq: 1, text: 'second', editedAt: expect.any(String) });
  });

  it('is edited once, however often one asks for the same', async () => {
    await using house = await lobby();
    const { ann, bob, id } = house;
    const edit = (text: string) => ann.request('message.edit', { room, id, text });
    expect(await edit('secret one')).toEqual({ seq: 1, dup: true });
    await edit('second');
    expect(await edit('second')).toEqual({ seq: 2, dup: true });
    expect(await edit('secret one')).toEqual({ seq: 3 });
    expect((await bob.push('message.edited')).seq).toBe(2);
    expect((await bob.push('message.edited')).seq).toBe(3);
    await bob.nothing(['presence']);
  });

  it('ends as what the last of several tabs wants that edit it at once, and no edit is lost', async () => {
    await using house = await lobby();
    const { chat, bob } = house;
    const headers = { cookie: await chat.signIn('Carol'), origin: chat.url };
    const tabs = await Promise.all([1, 2, 3, 4].map(() => chat.connect(undefined, { headers })));
    const { id, seq } = await say(tabs[0] as Communicator, 'first');
    const wanted = tabs.map((tab, n) => tab.request('message.edit', { room, id, text: `tab ${n}` }));
    const stored = (await Promise.all(wanted)).map((changed) => changed.seq);
    expect(stored.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4].map((n) => seq + n));
    const last = stored.indexOf(Math.max(...stored));
    expect((await history(chat)).messages.at(-1)).toMatchObject({ id, text: `tab ${last}` });
    for (let n = 1; n <= 4; n++) expect((await bob.push('message.edited')).seq).toBe(seq + n);
  });

  it('is gone once it is deleted, and stays gone', async () => {
    await using house = await lobby();
    const { chat, ann, bob, id } = house;
    await bob.request('reaction.add', { room, id, emoji: '👍' });
    expect(await ann.request('message.delete', { room, id })).toEqual({ seq: 3 });
    expect(await bob.push('message.deleted')).toMatchObject({ seq: 3, id });
    expect(await ann.request('message.delete', { room, id })).toEqual({ seq: 3, dup: true });
    for (const request of [
      () => ann.request('message.edit', { room, id, text: 'back' }),
      () => bob.request('reaction.add', { room, id, emoji: '👍' }),
    ])
      await expect(request()).rejects.toMatchObject({ code: 'not_found' });
    const { head, messages } = await history(chat);
    expect(head).toBe(3);
    expect(messages).toEqual([expect.objectContaining({ id, seq: 1, text: '', deleted: true })]);
    expect(messages[0]).not.toHaveProperty('reactions');
  });

  it('is nobody else’s to change', async () => {
    await using house = await lobby();
    const { bob, id } = house;
    for (const request of [
      () => bob.request('message.edit', { room, id, text: 'mine' }),
      () => bob.request('message.delete', { room, id }),
    ])
      await expect(request()).rejects.toMatchObject({ code: 'forbidden' });
    await bob.nothing(['presence']);
  });

  it('is only in its own room', async () => {
    await using house = await lobby();
    const { ann, id } = house;
    await ann.request('room.join', { room: 'other' });
    for (const request of [
      () => ann.request('message.edit', { room: 'other', id, text: 'x' }),
      () => ann.request('message.delete', { room: 'other', id }),
      () => ann.request('reaction.add', { room: 'other', id, emoji: '👍' }),
      () => ann.request('message.delete', { room, id: 'nothing' }),
      () => ann.request('message.delete', { room: 'never-was', id }),
    ])
      await expect(request()).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is edited to what a hook makes of it, or not at all', async () => {
    const seen: (string | undefined)[] = [];
    @MessageHook({ order: 1 })
    class Moderator implements MessageHooks {
      beforeStore(draft: Draft): Draft {
        seen.push(draft.edits);
        if (draft.text.includes('heck')) throw new ChatError('forbidden', 'please rephrase that');
        return { ...draft, text: draft.text.replace('card 4111', 'card ••••') };
      }
    }
    await using house = await lobby({ providers: [Moderator] });
    const { ann, id } = house;
    const edit = (text: string) => ann.request('message.edit', { room, id, text });
    await expect(edit('heck')).rejects.toMatchObject({ code: 'forbidden' });
    await edit('card 4111');
    expect((await ann.push('message.edited')).text).toBe('card ••••');
    expect(seen).toEqual([undefined, id, id]);
  });

  it('cannot become too long or blank', async () => {
    await using house = await lobby({ env: { MAX_TEXT_LENGTH: 20 } });
    const { ann, id } = house;
    const edit = (text: string) => ann.request('message.edit', { room, id, text });
    await expect(edit('x'.repeat(21))).rejects.toMatchObject({ code: 'too_long' });
    await expect(edit('  ')).rejects.toMatchObject({ code: 'bad_schema' });
  });
});

describe('a reaction', () => {
  it('is seen by everybody, counts once, and can be taken back', async () => {
    await using house = await lobby();
    const { chat, ann, bob, id } = house;
    const reaction = { room, id, emoji: '🎉' };
    expect(await bob.request('reaction.add', reaction)).toEqual({ seq: 2 });
    expect(await bob.request('reaction.add', reaction)).toEqual({ seq: 2, dup: true });
    expect(await ann.request('reaction.add', reaction)).toEqual({ seq: 3 });
    expect(await ann.push('reaction.added')).toMatchObject({
      seq: 2,
      id,
      emoji: '🎉',
      user: { name: 'Bob' },
    });
    expect((await history(chat)).messages[0]?.reactions).toMatchObject([
      { emoji: '🎉', user: { name: 'Bob' }, seq: 2 },
      { emoji: '🎉', user: { name: 'Ann' }, seq: 3 },
    ]);
    expect(await bob.request('reaction.remove', reaction)).toEqual({ seq: 4 });
    expect(await bob.request('reaction.remove', reaction)).toEqual({ seq: 4, dup: true });
    expect(await bob.request('reaction.add', reaction)).toEqual({ seq: 5 });
    expect(await ann.request('reaction.remove', { ...reaction, emoji: '😢' })).toEqual({ seq: 1, dup: true });
  });

  it.each(['', 'x', '👍👍', '👍 ', ':+1:', '1', '\u200d', 'é'])('is one emoji, not %j', async (emoji) => {
    await using house = await lobby();
    const { ann, id } = house;
    await expect(ann.request('reaction.add', { room, id, emoji })).rejects.toMatchObject({
      code: 'bad_schema',
    });
  });

  it.each(['❤️', '👩‍👩‍👧‍👦', '🇳🇴', '👋🏽', '1️⃣'])('may be %s, whatever it is made of', async (emoji) => {
    await using house = await lobby();
    const { ann, id } = house;
    await ann.request('reaction.add', { room, id, emoji });
    expect((await ann.push('reaction.added')).emoji).toBe(emoji);
  });

  it('is one of at most twenty kinds on a message', async () => {
    await using house = await lobby();
    const { ann, bob, id } = house;
    const kinds = Array.from({ length: 21 }, (_, n) => String.fromCodePoint(0x1f600 + n));
    for (const emoji of kinds.slice(0, 20)) await ann.request('reaction.add', { room, id, emoji });
    const more = bob.request('reaction.add', { room, id, emoji: kinds[20] as string });
    await expect(more).rejects.toMatchObject({ code: 'forbidden' });
    await bob.request('reaction.add', { room, id, emoji: kinds[0] as string });
  });
});

describe('a client of the plain dialect', () => {
  it('is sent nothing of all that', async () => {
    await using house = await lobby();
    const { chat, ann, id } = house;
    const page = await chat.connect(undefined, { dialect: 'plain', path: `/ws/chat/${room}/` });
    await ann.request('message.edit', { room, id, text: 'second' });
    await ann.request('reaction.add', { room, id, emoji: '👍' });
    await ann.request('reaction.remove', { room, id, emoji: '👍' });
    await ann.request('message.delete', { room, id });
    await say(ann, 'after it all');
    expect(await page.next()).toMatchObject({ message: 'after it all', seq: 6 });
  });
});
