import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HistoryPage, RoomEvent, RoomLog } from '../../src/index.js';
import { MAX_ROOMS } from '../../src/chat/membership.service.js';
import { type Communicator, type RunningChat, startChat } from '../../src/testing/index.js';
import { StorageRoomLog } from '../support/storage.room-log.js';
import { Gate } from './doubtful.layer.js';

const room = 'lobby';
const message = (text = 'x') => ({ room, text, clientId: randomUUID() });

async function position(chat: RunningChat): Promise<HistoryPage> {
  return (await fetch(`${chat.url}/api/rooms/${room}/messages`)).json() as never;
}

/** Sends until it is told to stop. */
function flood(client: Communicator) {
  let sending = true;
  let sent = 0;
  const done = (async () => {
    while (sending) sent = (await client.request('message.send', message())).seq;
    return sent;
  })();
  return { stop: () => ((sending = false), done) };
}

async function seqs(client: Communicator, until: number): Promise<number[]> {
  const all: number[] = [];
  while (all.at(-1) !== until) all.push((await client.push('message.created')).seq);
  return all;
}

describe('joining a room that one is in', () => {
  it('loses nothing and doubles nothing, while others send as fast as they can', async () => {
    await using chat = await startChat();
    const ann = await chat.connect('Ann');
    await ann.request('room.join', { room });
    const others = [];
    for (let n = 0; n < 4; n++) others.push(flood(await chat.connect()));
    for (let round = 0; round < 300; round++) await ann.request('room.join', { room });
    const last = Math.max(...(await Promise.all(others.map(({ stop }) => stop()))));
    expect(await seqs(ann, last)).toEqual(Array.from({ length: last }, (_, n) => n + 1));
    await ann.nothing(['presence']);
  });

  it('replays what one asks for again', async () => {
    await using chat = await startChat();
    const ann = await chat.connect('Ann', { path: '/ws/chat/lobby/' });
    for (let n = 0; n < 3; n++) await ann.request('message.send', message());
    expect(await seqs(ann, 3)).toEqual([1, 2, 3]);
    const { epoch } = await position(chat);
    expect(await ann.request('room.join', { room, epoch, after: 1 })).toMatchObject({
      recovered: true,
      head: 3,
    });
    expect(await seqs(ann, 3)).toEqual([2, 3]);
    await ann.nothing(['presence']);
  });

  it('is followed by all behind the position that was asked from, also what came while it was looked up', async () => {
    const read = new Gate();
    class SlowPages extends StorageRoomLog {
      override async range(...[roomId, query]: Parameters<RoomLog['range']>): Promise<RoomEvent[]> {
        const events = await super.range(roomId, query);
        if (query.after !== undefined) await read.pass();
        return events;
      }
    }
    await using chat = await startChat({ roomLog: SlowPages });
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
    for (let n = 1; n <= 2; n++) await bob.request('message.send', message());
    await ann.request('room.join', { room });
    const again = ann.request('room.join', { room, epoch: (await position(chat)).epoch, after: 0 });
    await read.reached;
    await bob.request('message.send', message());
    read.open();
    expect(await again).toMatchObject({ recovered: true, head: 3 });
    await bob.request('message.send', message());
    const received = [];
    for (let n = 0; n < 5; n++) received.push((await ann.push('message.created')).seq);
    expect(received).toEqual([3, 1, 2, 3, 4]);
    await ann.nothing(['presence']);
  });

  it('counts once: leaving it once is leaving it', async () => {
    await using chat = await startChat();
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
    for (let n = 0; n < 3; n++) expect(await ann.request('room.join', { room })).toMatchObject({ online: 1 });
    await ann.request('room.leave', { room });
    await bob.request('message.send', message());
    await ann.nothing(['presence']);
  });
});

describe('leaving a room', () => {
  it('that one is not in is no error, and what was said to it before does not come after it', async () => {
    await using chat = await startChat();
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
    expect(await ann.request('room.leave', { room: 'never' })).toEqual({});
    await ann.request('room.join', { room });
    const sending = flood(bob);
    for (let round = 0; round < 50; round++) {
      await ann.request('room.leave', { room });
      const behind = ann.received.length;
      await ann.nothing(['message.created', 'presence']);
      expect(ann.received.slice(behind).filter(({ event }) => event === 'message.created')).toEqual([]);
      await ann.request('room.join', { room });
    }
    await sending.stop();
  });
});

describe('one socket', () => {
  it('hears all the rooms it is in, and is in no more than it may', async () => {
    await using chat = await startChat();
    const ann = await chat.connect('Ann');
    for (let n = 0; n < MAX_ROOMS; n++) await ann.request('room.join', { room: `r${n}` });
    await expect(ann.request('room.join', { room: 'one-more' })).rejects.toMatchObject({ code: 'forbidden' });
    for (const n of [0, MAX_ROOMS - 1]) {
      await ann.request('message.send', { ...message(), room: `r${n}` });
      expect(await ann.push('message.created')).toMatchObject({ room: `r${n}` });
    }
    await ann.request('room.leave', { room: 'r0' });
    expect(await ann.request('room.join', { room: 'one-more' })).toMatchObject({ head: 0 });
  });
});

describe('who is there', () => {
  it('is everybody once, with as many tabs as they like', async () => {
    await using chat = await startChat();
    const headers = { cookie: await chat.signIn('Ann'), origin: chat.url };
    const path = '/ws/chat/lobby/';
    const watcher = await chat.connect('Bob', { timeoutMs: 30_000 });
    await watcher.request('room.join', { room });
    const tabs = [
      await chat.connect(undefined, { headers, path }),
      await chat.connect(undefined, { headers, path }),
    ];
    const isAnn = ({ joined }: { joined: { name: string }[] }) => joined.some(({ name }) => name === 'Ann');
    expect(await watcher.push('presence', isAnn)).toMatchObject({ online: 2 });
    await tabs[0]?.close();
    expect(await watcher.request('room.join', { room })).toMatchObject({
      online: 2,
      members: expect.arrayContaining([expect.objectContaining({ name: 'Ann' })]),
    });
    const hasLeft = ({ left }: { left: string[] }) => left.length > 0;
    await tabs[1]?.close();
    expect(await watcher.push('presence', hasLeft)).toMatchObject({ online: 1, left: [tabs[0]?.user.id] });
  }, 120_000);

  it('is shown by a new name everywhere at once, and on what they said before', async () => {
    await using chat = await startChat();
    const headers = { cookie: await chat.signIn('Ann'), origin: chat.url };
    const ann = await chat.connect(undefined, { headers, path: '/ws/chat/lobby/' });
    const bob = await chat.connect('Bob', { path: '/ws/chat/lobby/' });
    await ann.request('message.send', message('before'));
    const body = JSON.stringify({ name: 'Anna' });
    const json = { 'content-type': 'application/json' };
    await fetch(`${chat.url}/api/me`, { method: 'POST', headers: { ...headers, ...json }, body });

    const isAnna = ({ joined }: { joined: { name: string }[] }) => joined.some(({ name }) => name === 'Anna');
    expect(await bob.push('presence', isAnna)).toMatchObject({ online: 2 });
    await ann.request('message.send', message('after'));
    expect(await bob.push('message.created', ({ text }) => text === 'after')).toMatchObject({
      user: { name: 'Anna' },
    });
    const { messages } = await position(chat);
    expect(messages.map(({ user }) => user.name)).toEqual(['Anna', 'Anna']);
  });
});
