import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../views/client/clock.js';
import type { Outgoing } from '../../views/client/outbox.js';
import { enter, memoryOutbox } from './room-session.house.js';
import { ann, bob, message } from './support.js';

const written = (clientId: string): Outgoing => ({
  clientId,
  author: bob.id,
  text: `text of ${clientId}`,
  at: message(1).at,
  status: 'pending',
});
const withKept = (...entries: Outgoing[]) =>
  memoryOutbox(new Map(entries.map((entry) => [entry.clientId, entry])));

/** What waits for a second or more waits for ever. */
const patient: Clock = {
  now: systemClock.now,
  after: (ms, run) => (ms < 1_000 ? systemClock.after(ms, run) : () => {}),
};

describe('what an earlier page could not send', () => {
  it('goes before what is written on this one, however slow the database of the browser is', async () => {
    const store = withKept(written('from-before'));
    const opened = Promise.withResolvers<void>();
    const outboxStore = { ...store, load: (author: string) => opened.promise.then(() => store.load(author)) };
    await using room = await enter({ head: () => 3, outboxStore, clock: patient });
    const admit = room.server.onFrame;
    let seq = 3;
    room.server.onFrame = (frame, socket) =>
      frame.event === 'message.send'
        ? room.server.reply(frame, { id: `m${++seq}`, seq, at: message(seq).at }, socket)
        : admit(frame, socket);
    await room.until(({ room: { online } }) => online === 2);
    room.session.send('from now');
    room.session.typing();
    // It would have been sent before.
    await room.server.seen('typing');
    opened.resolve();
    const frames = await room.server.seen('message.send', 2);
    expect(frames.map(({ data }) => data.text)).toEqual(['text of from-before', 'from now']);
  });

  it('holds nothing up where the database never answers', async () => {
    const outboxStore = { ...memoryOutbox(), load: () => new Promise<never>(() => {}) };
    await using room = await enter({ head: () => 3, outboxStore });
    room.session.send('from now');
    expect((await room.server.seen('message.send'))[0]?.data.text).toBe('from now');
  });

  it('is kept no longer where the page shows it as stored', async () => {
    const store = withKept({ ...written('client-000002'), author: ann.id });
    await using room = await enter({ head: () => 3, outboxStore: store, me: ann, as: () => ann });
    await room.until(({ room: { online } }) => online === 2);
    await expect.poll(() => store.kept.size).toBe(0);
    expect(room.session.view.outbox).toEqual([]);
  });

  it('is not brought back where another tab throws it away meanwhile', async () => {
    const store = withKept({ ...written('thrown-away'), status: 'failed', problem: 'refused' });
    const outboxStore = {
      ...store,
      load: async (author: string) => {
        const found = await store.load(author);
        store.kept.clear();
        return found;
      },
    };
    await using room = await enter({ head: () => 3, outboxStore });
    await room.until(({ outbox }) => outbox.length === 1);
    expect(store.kept.size).toBe(0);
  });

  it('does not stay pending where the server sent the page away for good before it was found', async () => {
    const store = withKept(written('from-before'));
    const opened = Promise.withResolvers<void>();
    const outboxStore = { ...store, load: (author: string) => opened.promise.then(() => store.load(author)) };
    await using room = await enter({ head: () => 3, outboxStore });
    await room.until(({ room: { online } }) => online === 2);
    room.server.sockets[0]?.close(4502);
    await room.until((view) => view.connection.status === 'stopped');
    opened.resolve();
    const { outbox } = await room.until((view) => view.outbox[0]?.status === 'failed');
    expect(outbox).toMatchObject([{ clientId: 'from-before', problem: 'Not connected' }]);
  });
});

describe('what the browser cannot keep', () => {
  it('is not reloaded away: the page waits until it is stored', async () => {
    const full = async (): Promise<never> => {
      throw new Error('QuotaExceededError');
    };
    await using room = await enter({ head: () => 3, outboxStore: { ...memoryOutbox(), put: full } });
    let reloads = 0;
    void room.reloaded.then(() => reloads++);
    await room.until(({ room: { online } }) => online === 2);
    room.session.send('only here');
    const [frame] = await room.server.seen('message.send');
    room.server.push('resync', { room: 'lobby', epoch: 'e2', head: 1 });
    room.server.push('typing', { room: 'lobby', user: ann });
    await room.until(({ room: { typing } }) => typing.length === 1);
    expect(reloads).toBe(0);
    expect(room.session.view.outdated).toBe(true);
    expect(room.session.mayLeave).toBe(false);
    if (!frame) throw new Error('nothing was sent');
    room.server.reply(frame, { id: 'm4', seq: 4, at: message(4).at });
    await room.reloaded;
  });

  it('is what one is asked about before the page is left, and nothing else is', async () => {
    await using room = await enter({ head: () => 3 });
    await room.until(({ room: { online } }) => online === 2);
    room.session.send('kept');
    await expect.poll(() => room.session.mayLeave).toBe(true);
  });
});
