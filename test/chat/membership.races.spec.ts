import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Communicator, type RunningChat, startChat } from '../../src/testing/index.js';
import { LiveRooms } from '../../src/chat/live-rooms.js';
import { RoomDirectory, RoomLog } from '../../src/index.js';
import { StorageRoomLog } from '../support/storage.room-log.js';
import { Gate } from './doubtful.layer.js';

const room = 'lobby';
const message = (text = 'x') => ({ room, text, clientId: randomUUID() });

type Step = number | 'left' | { head: number };

/** What one room put on the wire, in its order. `after` is what joins resumed from. */
function lane(
  { received }: Communicator,
  ids: ReadonlyMap<number, 'join' | 'leave'>,
  after: ReadonlyMap<number, number> = new Map(),
): Step[] {
  return received.flatMap((frame): Step[] => {
    if (frame.event === 'message.created') return [(frame.data as { seq: number }).seq];
    const kind = frame.event === 'reply' ? ids.get(frame.id ?? 0) : undefined;
    const { head, recovered } = (frame.data ?? {}) as { head: number; recovered: boolean };
    if (kind === 'join') return [{ head: recovered ? (after.get(frame.id ?? 0) ?? head) : head }];
    return kind === 'leave' ? ['left'] : [];
  });
}

/** Outside: nothing. Inside: each seq from the position of the join on, once, in order. */
function expectOnlyWhatIsDue(...lanes: Parameters<typeof lane>): number {
  let next: number | undefined;
  let seen = 0;
  for (const step of lane(...lanes)) {
    if (step === 'left') next = undefined;
    else if (typeof step === 'object') next = step.head + 1;
    else {
      expect(step).toBe(next);
      next = step + 1;
      seen += 1;
    }
  }
  return seen;
}

/** They send until they are told to stop. */
async function floods(chat: RunningChat, count: number) {
  const senders = [];
  for (let n = 0; n < count; n++) senders.push(await chat.connect());
  let sending = true;
  const done = senders.map(async (sender) => {
    while (sending) await sender.request('message.send', message());
  });
  return () => {
    sending = false;
    return Promise.all(done);
  };
}

describe('comings and goings that are asked for in one breath', () => {
  it.each([1, 600])(
    'are done in that order, and nothing is pushed outside of them, with %i more in the room',
    async (others) => {
      await using chat = await startChat();
      const ids = new Map<number, 'join' | 'leave'>();
      const ann = await chat.connect('Ann');
      const ask = (kind: 'join' | 'leave') => {
        const id = 1_000 + ids.size;
        ids.set(id, kind);
        ann.sendRaw(JSON.stringify({ event: `room.${kind}`, id, data: { room } }));
      };
      const answered = () =>
        ann.received.filter(({ event, id }) => event === 'reply' && ids.has(id ?? 0)).length;
      for (let n = 0; n < others; n++)
        await chat.connect(undefined, { dialect: 'plain', path: '/ws/chat/lobby/' });
      const stop = await floods(chat, 3);
      for (let round = 1; round <= 40; round++) {
        for (let n = 0; n < 3; n++) {
          ask('join');
          ask('leave');
        }
        ask('join');
        const due = () => lane(ann, ids).filter((step) => typeof step === 'number').length >= round;
        await expect
          .poll(() => answered() === ids.size && due(), { interval: 2, timeout: 30_000 })
          .toBe(true);
        ask('leave');
      }
      await stop();
      await ann.request('pong', {});
      expect(expectOnlyWhatIsDue(ann, ids)).toBeGreaterThanOrEqual(40);
    },
    120_000,
  );
});

describe('a join of who is in the room already', () => {
  it.each(['from where they are', 'from the head'])(
    'is followed by everything behind the position that it names, %s, and by nothing twice',
    async (where) => {
      class SlowPages extends StorageRoomLog {
        override async range(...query: Parameters<StorageRoomLog['range']>) {
          const events = await super.range(...query);
          await new Promise((resolve) => setImmediate(resolve));
          return events;
        }
      }
      await using chat = await startChat({ roomLog: SlowPages });
      const ann = await chat.connect('Ann');
      const { id: roomId, epoch } = (await chat.app.get(RoomDirectory).open(room)).room;
      const [ids, after] = [new Map<number, 'join'>(), new Map<number, number>()];
      let stop = async (): Promise<unknown> => undefined;
      for (let n = 0; n < 150; n++) {
        // What is resumed from is no longer in memory, so that the log has to be asked, and takes a while.
        chat.app.get(LiveRooms).get(roomId)?.feed.forget();
        const id = 1_000 + n;
        ids.set(id, 'join');
        const seen = lane(ann, ids).findLast((step) => typeof step === 'number');
        if (where === 'from where they are' && seen !== undefined) after.set(id, seen);
        const position = after.has(id) ? { epoch, after: seen } : {};
        ann.sendRaw(JSON.stringify({ event: 'room.join', id, data: { room, ...position } }));
        await expect.poll(() => ann.received.some((frame) => frame.id === id), { interval: 1 }).toBe(true);
        if (n === 0) stop = await floods(chat, 3);
      }
      await stop();
      await ann.request('pong', {});
      expect(expectOnlyWhatIsDue(ann, ids, after)).toBeGreaterThan(0);
    },
    120_000,
  );
});

describe('a join that fails', () => {
  it('leaves nobody in the room, and may be tried again', async () => {
    let failing = true;
    let asked = 0;
    class FailingPages extends StorageRoomLog {
      override heads(ids: string[]) {
        // The room is opened, what was missed is not found.
        if (failing && ++asked > 1) return Promise.reject(new Error('no answer'));
        return super.heads(ids);
      }
    }
    await using chat = await startChat({ roomLog: FailingPages });
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob', { timeoutMs: 30_000 })];
    const away = { room, epoch: randomUUID(), after: 5 };
    await expect(ann.request('room.join', away)).rejects.toMatchObject({ code: 'internal' });
    failing = false;
    await bob.request('room.join', { room });
    expect(await bob.push('presence', ({ left }) => left.length > 0)).toMatchObject({ left: [ann.user.id] });
    await bob.request('message.send', message());
    await ann.nothing(['presence']);
    expect(await ann.request('room.join', { room })).toMatchObject({ online: 2 });
    await bob.request('message.send', message());
    expect(await ann.push('message.created')).toMatchObject({ seq: 2 });
  });

  it('as who asks is removed meanwhile tells nothing of who is there', async () => {
    const read = new Gate();
    class SlowPages extends StorageRoomLog {
      override async range(...[id, query]: Parameters<StorageRoomLog['range']>) {
        if (query.after !== undefined) await read.pass();
        return super.range(id, query);
      }
    }
    await using chat = await startChat({ roomLog: SlowPages });
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
    const { id: roomId, epoch } = (await chat.app.get(RoomDirectory).open(room)).room;
    for (let n = 0; n < 2; n++) await ann.request('message.send', message());
    await ann.request('room.join', { room });
    const joining = bob.request('room.join', { room, epoch, after: 1 }).catch((error: unknown) => error);
    await read.reached;
    const banned = { type: 'member.banned' as const, data: { member: bob.user } };
    const draft = { roomId, actor: ann.user, clientId: randomUUID(), ...banned };
    await chat.app.get(LiveRooms).publish((await chat.app.get(RoomLog).append(draft)).event);
    read.open();
    expect(await joining).toMatchObject({ code: 'not_found' });
    expect(await bob.push('room.left')).toMatchObject({ room, seq: 3 });
  });
});
