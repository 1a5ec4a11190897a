import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { Storage } from '../../src/chat/storage.js';
import { MessageChangesService, MessageService, RoomService } from '../../src/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';

const room = 'lobby';
const WORDS = ['first secret', 'second secret'];
const author = { id: 'ann', name: 'Ann' };

/** A message that was written, edited and deleted; `rest` events follow it. */
async function deleted(chat: RunningChat, rest = 0): Promise<{ epoch: string; head: number }> {
  const { app } = chat;
  const send = (text: string) => app.get(MessageService).send(author, room, { text, clientId: randomUUID() });
  const { id } = await send(WORDS[0] as string);
  await app.get(MessageChangesService).edit(author, room, id, WORDS[1] as string);
  await app.get(MessageChangesService).delete(author, room, id);
  for (let n = 0; n < rest; n++) await send(`later ${n}`);
  const { epoch, head } = await app.get(RoomService).history(author, room, { limit: 1 });
  return { epoch, head };
}

/** Everything that a client is told, as one text. */
const toldTo = (received: unknown) => JSON.stringify(received);

describe('the words of a deleted message', () => {
  it.each([
    ['from memory', true, 5],
    ['from the database', false, 5],
    ['from the database, long after', true, 299],
  ])('are not replayed %s to somebody who comes back', async (_where, someoneIsThere, rest) => {
    await using chat = await startChat();
    // Whoever is in a room keeps its newest events in memory.
    if (someoneIsThere) await (await chat.connect('Watcher')).request('room.join', { room });
    const { epoch, head } = await deleted(chat, rest);
    const bob = await chat.connect('Bob');
    const after = rest === 299 ? 2 : 0;
    expect(await bob.request('room.join', { room, epoch, after })).toMatchObject({ recovered: true, head });
    const told: unknown[] = [];
    if (after === 0) {
      told.push(await bob.push('message.created'), await bob.push('message.edited'));
      expect(told).toMatchObject([
        { seq: 1, text: '', deleted: true },
        { seq: 2, text: '' },
      ]);
    }
    told.push(await bob.push('message.deleted'));
    for (let seq = 4; seq <= head; seq++) told.push(await bob.push('message.created'));
    for (const words of WORDS) expect(toldTo([told, bob.received])).not.toContain(words);
  });

  it('are in no answer of the server, and nowhere in its database', async () => {
    await using chat = await startChat();
    await deleted(chat);
    const paths = [`/chat/${room}/`, '/chat/', '/api/rooms'].concat(
      ['messages', 'messages?after=0', 'messages?before=9', 'events?after=0'].map(
        (path) => `/api/rooms/${room}/${path}`,
      ),
    );
    for (const path of paths) {
      const answer = await fetch(chat.url + path, { headers: { accept: '*/*' } });
      const text = await answer.text();
      expect([path, answer.status]).toEqual([path, 200]);
      for (const words of WORDS) expect(text, path).not.toContain(words);
    }
    const { kysely } = chat.app.get(Storage).database;
    for (const table of ['event', 'reaction']) {
      const { rows } = await sql`select * from ${sql.table(table)}`.execute(kysely);
      for (const words of WORDS) expect(toldTo(rows), table).not.toContain(words);
    }
  });

  it('stay away where an edit was on its way while it was deleted', async () => {
    await using chat = await startChat();
    const bob = await chat.connect('Bob');
    await bob.request('room.join', { room });
    const [messages, changes] = [chat.app.get(MessageService), chat.app.get(MessageChangesService)];
    const { id } = await messages.send(author, room, { text: WORDS[0] as string, clientId: randomUUID() });
    const deleting = changes.delete(author, room, id);
    await Promise.allSettled([deleting, changes.edit(author, room, id, WORDS[1] as string)]);
    const answer = await fetch(`${chat.url}/api/rooms/${room}/events?after=0`);
    expect(await answer.text()).not.toMatch(/secret/);
    const { messages: shown } = await chat.app.get(RoomService).history(author, room, { limit: 9 });
    expect(shown).toMatchObject([{ id, text: '', deleted: true }]);
  });
});
