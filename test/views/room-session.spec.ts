import { describe, expect, it } from 'vitest';
import { indexedDbOutbox } from '../../views/client/kept-outbox.js';
import { enter, memoryOutbox, mine, seqs } from './room-session.house.js';
import { ann, message, pageOf } from './support.js';

describe('a room that is open in a browser', () => {
  it('joins where its page ends, and fetches what was missed page by page', async () => {
    await using room = await enter({ head: () => 250 });
    const view = await room.until(({ room: { position } }) => position === 250);
    expect(seqs(view)).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
    expect(room.server.received[0]).toMatchObject({ data: { room: 'lobby', epoch: 'e1', after: 3 } });
    expect(room.asked).toEqual([3, 103, 203].map((after) => ({ after, limit: 100 })));
  });

  it('learns after a long absence what became of messages that it shows already', async () => {
    const about = { room: 'lobby', user: ann, at: message(9).at };
    const changes = [
      { event: 'message.edited', data: { ...about, seq: 4, id: 'm1', text: 'edited meanwhile' } },
      { event: 'message.deleted', data: { ...about, seq: 5, id: 'm2' } },
      { event: 'reaction.added', data: { ...about, seq: 6, id: 'm3', emoji: '🎉' } },
    ];
    await using room = await enter({
      head: () => 6,
      fetchEvents: async () => ({ room: 'lobby', epoch: 'e1', head: 6, events: changes, more: false }),
    });
    const { room: state } = await room.until((view) => view.room.position === 6);
    expect(state.messages).toMatchObject([
      { text: 'edited meanwhile', editedAt: about.at },
      { text: '', deleted: true },
      { reactions: [{ emoji: '🎉', user: ann, seq: 6 }] },
    ]);
  });

  it('shows a message once: on its way, stored, and in its place', async () => {
    await using room = await enter({ head: () => 3 });
    await room.until(({ room: { online } }) => online === 2);
    room.session.send('hi');
    expect(room.session.view.outbox).toMatchObject([{ status: 'pending', text: 'hi' }]);
    const [frame] = await room.server.seen('message.send');
    if (!frame) throw new Error('nothing was sent');
    room.server.reply(frame, { id: 'm4', seq: 4, at: message(4).at });
    expect((await room.until(({ outbox }) => outbox[0]?.status === 'sent')).room.position).toBe(3);
    room.server.push('message.created', mine(4, 'bob-send-1'));
    const view = await room.until(({ room: { position } }) => position === 4);
    expect(view.outbox).toEqual([]);
    expect(seqs(view)).toEqual([1, 2, 3, 4]);
  });

  it('shows it once, too, where the room hears of it before its sender does', async () => {
    await using room = await enter({ head: () => 3 });
    await room.until(({ room: { online } }) => online === 2);
    room.session.send('hi');
    const [frame] = await room.server.seen('message.send');
    if (!frame) throw new Error('nothing was sent');
    room.server.push('message.created', mine(4, 'bob-send-1'));
    expect((await room.until(({ room: { position } }) => position === 4)).outbox).toEqual([]);
    room.server.reply(frame, { id: 'm4', seq: 4, at: message(4).at });
    room.server.push('typing', { room: 'lobby', user: ann });
    expect((await room.until(({ room: { typing } }) => typing.length === 1)).outbox).toEqual([]);
  });

  it('sends again with the same clientId when the connection was lost before the reply', async () => {
    await using room = await enter({ head: () => 3 });
    await room.until(({ room: { online } }) => online === 2);
    room.session.send('hi');
    await room.server.seen('message.send');
    room.server.sockets[0]?.terminate();
    const frames = await room.server.seen('message.send', 2);
    expect(frames.map(({ data }) => data.clientId)).toEqual(['bob-send-1', 'bob-send-1']);
    const [, again] = frames;
    if (!again) throw new Error('nothing was sent again');
    room.server.reply(again, { id: 'm4', seq: 4, at: message(4).at, dup: true });
    await room.until(({ outbox }) => outbox[0]?.status === 'sent');
  });

  it('sends what an earlier page could not, under its old clientId, until it is acknowledged', async () => {
    const outboxStore = memoryOutbox();
    {
      await using before = await enter({ head: () => 3, outboxStore });
      before.session.send('typed on a page that went away');
      await before.until(({ outbox }) => outbox.length === 1);
    }
    const [clientId] = [...outboxStore.kept.keys()];
    await using after = await enter({ head: () => 3, outboxStore });
    const [frame] = await after.server.seen('message.send');
    if (!frame) throw new Error('nothing was sent');
    expect(frame.data).toMatchObject({ clientId, text: 'typed on a page that went away' });
    after.server.reply(frame, { id: 'm4', seq: 4, at: new Date(0).toISOString() });
    await expect.poll(() => outboxStore.kept.size).toBe(0);
  });

  it('sends all the same where the browser has no database to keep it in', async () => {
    // As Node has none, and a browser that blocks its storage.
    await using room = await enter({ head: () => 3, outboxStore: indexedDbOutbox('lobby') });
    await room.until(({ room: { online } }) => online === 2);
    room.session.send('hi');
    const [frame] = await room.server.seen('message.send');
    if (!frame) throw new Error('nothing was sent');
    room.server.reply(frame, { id: 'm4', seq: 4, at: message(4).at });
    await room.until(({ outbox }) => outbox[0]?.status === 'sent');
  });

  it('keeps the order of what is sent, also where the server wants a pause', async () => {
    await using room = await enter({ head: () => 3 });
    await room.until(({ room: { online } }) => online === 2);
    let refused = false;
    const admit = room.server.onFrame;
    room.server.onFrame = (frame, socket) => {
      if (frame.event !== 'message.send') return admit(frame, socket);
      if (!refused) {
        refused = true;
        const error = { code: 'rate_limited', message: 'slower', retryAfterMs: 10 };
        return socket.send(JSON.stringify({ event: 'reply', id: frame.id, ok: false, error }));
      }
      room.server.reply(frame, { id: 'm', seq: 9, at: message(9).at }, socket);
    };
    for (const text of ['one', 'two', 'three']) room.session.send(text);
    const frames = await room.server.seen('message.send', 4);
    expect(frames.map(({ data }) => data.text)).toEqual(['one', 'one', 'two', 'three']);
  });

  it('does not sit out the pause of a slow mode that is over', async () => {
    await using room = await enter({ head: () => 3 });
    await room.until(({ room: { online } }) => online === 2);
    const slowMode = (seq: number, slowModeSeconds: number) => {
      const facts = { title: '', topic: '', archived: false, slowModeSeconds };
      const about = { room: 'lobby', user: ann, at: message(seq).at };
      room.server.push('room.updated', { ...about, ...facts, seq });
    };
    slowMode(4, 21_600);
    await room.until(({ room: { position } }) => position === 4);
    room.session.send('too soon');
    const [frame] = await room.server.seen('message.send');
    const error = { code: 'rate_limited', message: 'one in six hours', retryAfterMs: 21_600_000 };
    room.server.sockets[0]?.send(JSON.stringify({ event: 'reply', id: frame?.id, ok: false, error }));
    room.server.push('typing', { room: 'lobby', user: ann });
    await room.until(({ room: { typing } }) => typing.length === 1);
    slowMode(5, 0);
    const frames = await room.server.seen('message.send', 2);
    expect(frames.map(({ data }) => data.text)).toEqual(['too soon', 'too soon']);
  });

  it('says that a message was refused, and lets it be sent again or thrown away', async () => {
    await using room = await enter({ head: () => 3 });
    await room.until(({ room: { online } }) => online === 2);
    const admit = room.server.onFrame;
    room.server.onFrame = (frame, socket) =>
      frame.event === 'message.send' ? room.server.refuse(frame, 'forbidden', socket) : admit(frame, socket);
    room.session.send('hi');
    const { outbox } = await room.until((view) => view.outbox[0]?.status === 'failed');
    expect(outbox[0]?.problem).toBe('refused: forbidden');
    room.session.retry('bob-send-1');
    await room.server.seen('message.send', 2);
    await room.until((view) => view.outbox[0]?.status === 'failed');
    room.session.discard('bob-send-1');
    expect(room.session.view.outbox).toEqual([]);
  });

  it('fills a hole in what is pushed before it shows what is behind', async () => {
    let head = 3;
    await using room = await enter({ head: () => head });
    await room.until(({ room: { online } }) => online === 2);
    head = 6;
    room.server.push('message.created', message(6));
    const view = await room.until(({ room: { position } }) => position === 6);
    expect(seqs(view)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('reloads when the room has another epoch', async () => {
    await using room = await enter({ head: () => 3, epoch: 'e2' });
    await room.reloaded;
  });

  it('stops for good after a close that says so, and does not keep a message pending', async () => {
    await using room = await enter({ head: () => 3 });
    await room.until(({ room: { online } }) => online === 2);
    room.server.sockets[0]?.close(4502);
    const { connection } = await room.until((view) => view.connection.status === 'stopped');
    expect(connection).toEqual({ status: 'stopped', code: 4502 });
    room.session.send('anybody?');
    expect(room.session.view.outbox[0]?.status).toBe('failed');
    room.session.retry('bob-send-1');
    expect(room.session.view.outbox[0]?.status).toBe('failed');
  });

  it('offers older messages again when they could not be loaded', async () => {
    let fails = true;
    await using room = await enter({
      head: () => 3,
      fetchHistory: async () => {
        if (fails) throw new Error('offline');
        return pageOf(3, { before: 1, limit: 50 });
      },
    });
    room.session.view.room = { ...room.session.view.room, more: true };
    await room.session.loadOlder();
    expect(room.session.view.older).toBe('failed');
    fails = false;
    await room.session.loadOlder();
    expect(room.session.view).toMatchObject({ older: 'idle', room: { more: false } });
  });
});
