import { describe, expect, it } from 'vitest';
import type { User } from '../../src/protocol/index.js';
import { enter, memoryOutbox, mine, seqs } from './room-session.house.js';
import { bob, message } from './support.js';

const carol: User = { id: 'u-carol', name: 'Carol' };
const guests: User[] = ['Quick Fox', 'Lazy Dog'].map((name) => ({ id: `u-${name}`, name, guest: true }));
const [fox = bob, dog = bob] = guests;

/** Bob has sent something that was not acknowledged, and comes back as Carol. */
async function comeBackAsCarol(head = 3) {
  let me: User = bob;
  const room = await enter({ head: () => head, as: () => me });
  await room.until(({ room: { online } }) => online === 2);
  room.session.send('from Bob');
  await room.server.seen('message.send');
  me = carol;
  room.server.sockets[0]?.terminate();
  await room.until((view) => view.room.me.id === carol.id);
  return room;
}

/** What is sent before `text`, and `text`: sends keep their order. */
async function sentUntil(room: Awaited<ReturnType<typeof enter>>, text: string): Promise<unknown[]> {
  const said = (): unknown[] =>
    room.server.received.filter(({ event }) => event === 'message.send').map(({ data }) => data.text);
  for (let count = 1; !said().includes(text); count++) await room.server.seen('message.send', count);
  return said();
}

describe('a page whose person is somebody else after the connection was lost', () => {
  it('does not send as the one what the other wrote, and says so', async () => {
    await using room = await comeBackAsCarol();
    expect(room.session.view.outbox).toMatchObject([{ status: 'failed', problem: 'You wrote this as Bob' }]);
    room.session.send('from Carol');
    expect(await sentUntil(room, 'from Carol')).toEqual(['from Bob', 'from Carol']);
  });

  it('sends it as another message where its author says so', async () => {
    await using room = await comeBackAsCarol();
    room.session.retry('bob-send-1');
    const [first, again] = await room.server.seen('message.send', 2);
    expect(again?.data.text).toBe('from Bob');
    expect(again?.data.clientId).not.toBe(first?.data.clientId);
    if (!again) throw new Error('nothing was sent');
    room.server.reply(again, { id: 'm4', seq: 4, at: message(4).at });
    await room.until(({ outbox }) => outbox[0]?.status === 'sent');
  });

  it('shows it once where it turns out to be stored', async () => {
    await using room = await comeBackAsCarol();
    room.server.push('message.created', mine(4, 'bob-send-1'));
    const view = await room.until(({ room: { position } }) => position === 4);
    expect(seqs(view)).toEqual([1, 2, 3, 4]);
    expect(view.outbox).toEqual([]);
  });

  it('does not send what an earlier page kept of the other either, however late that is found', async () => {
    const opened = Promise.withResolvers<void>();
    const store = memoryOutbox();
    const kept = { clientId: 'kept', author: bob.id, text: 'from Bob', at: message(1).at };
    store.kept.set('kept', { ...kept, status: 'pending' });
    const outboxStore = { ...store, load: (author: string) => opened.promise.then(() => store.load(author)) };
    await using room = await enter({ head: () => 3, outboxStore, as: () => carol });
    await room.until((view) => view.room.me.id === carol.id);
    opened.resolve();
    await room.until(({ outbox }) => outbox.some(({ status }) => status === 'failed'));
    room.session.send('from Carol');
    expect(await sentUntil(room, 'from Carol')).toEqual(['from Carol']);
  });
});

describe('what is written before the first connection', () => {
  it('goes out as the guest that the connection is, where a browser takes no cookies', async () => {
    await using room = await enter({ head: () => 3, me: fox, as: () => dog });
    room.session.send('hello');
    expect(await sentUntil(room, 'hello')).toEqual(['hello']);
    await room.until((view) => view.room.me.id === dog.id);
    expect(room.session.view.outbox).toMatchObject([{ status: 'pending', author: dog.id }]);
  });

  it('is not published under the name of an account that the browser signed in to meanwhile', async () => {
    await using room = await enter({ head: () => 3, me: fox, as: () => carol });
    room.session.send('hello');
    await room.until((view) => view.room.me.id === carol.id);
    expect(room.session.view.outbox).toMatchObject([{ problem: 'You wrote this as Quick Fox' }]);
    room.session.send('from Carol');
    expect(await sentUntil(room, 'from Carol')).toEqual(['from Carol']);
  });
});

describe('a page that was made for another guest than its connection is', () => {
  it('keeps what it sends for the pages of the guest that it is', async () => {
    const outboxStore = memoryOutbox();
    {
      await using before = await enter({ head: () => 3, outboxStore, me: fox, as: () => dog });
      await before.until((view) => view.room.me.id === dog.id);
      before.session.send('typed on a page that went away');
      await before.server.seen('message.send');
    }
    await using after = await enter({ head: () => 3, outboxStore, me: dog, as: () => dog });
    const [frame] = await after.server.seen('message.send');
    expect(frame?.data).toMatchObject({ clientId: 'bob-send-1', text: 'typed on a page that went away' });
  });

  it('sends what an earlier page kept of the guest that it is', async () => {
    const outboxStore = memoryOutbox();
    const kept = { clientId: 'kept', author: dog.id, text: 'from an earlier page', at: message(1).at };
    outboxStore.kept.set('kept', { ...kept, status: 'pending' });
    await using room = await enter({ head: () => 3, outboxStore, me: fox, as: () => dog });
    const [frame] = await room.server.seen('message.send');
    expect(frame?.data).toMatchObject({ clientId: 'kept' });
  });
});
