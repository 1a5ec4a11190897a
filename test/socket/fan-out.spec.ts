import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SOFT_LIMIT } from '../../src/socket/connection.js';
import { FanOut } from '../../src/socket/fan-out.js';
import { connected, endOfTurn, type SocketDouble } from './socket-double.js';

const push = (n: number) => ({ event: 'x', data: { n } });
const message = (text: string) => {
  const user = { id: 'bob', name: 'Bob' };
  const data = { room: 'r', seq: 1, id: 'm', user, text, clientId: 'c', at: '2026-01-01T00:00:00.000Z' };
  return { event: 'message.created', data };
};
const numbers = ({ frames }: SocketDouble) =>
  frames.map((frame) => (frame.data as { n?: number } | undefined)?.n ?? frame.reply);

function members(fanOut: FanOut, count: number) {
  return Array.from({ length: count }, (_, n) => {
    const member = connected({ user: { id: `user-${n}`, name: `User ${n}` } });
    fanOut.add('r', member.connection);
    return member;
  });
}

describe('a delivery', () => {
  it('reaches every member of the group, and nobody else', async () => {
    const fanOut = new FanOut();
    const [ann, bob] = members(fanOut, 2);
    const other = connected();
    fanOut.add('another', other.connection);
    fanOut.deliver('r', push(1));
    fanOut.deliver('nobody is here', push(2));
    await endOfTurn();
    expect([ann, bob, other].map((each) => numbers(each!.socket))).toEqual([[1], [1], []]);
  });

  it('is the same bytes for all, and what falls into one turn is one write for each', async () => {
    const fanOut = new FanOut();
    const all = members(fanOut, 5);
    for (let n = 1; n <= 10; n++) fanOut.deliver('r', push(n));
    fanOut.reply(all[0]!.connection, '{"reply":true}');
    await endOfTurn();
    for (const { socket } of all.slice(1)) {
      expect(socket.stream.writes).toHaveLength(1);
      expect(socket.stream.writes[0]).toBe(all[1]!.stream.writes[0]);
    }
    expect(numbers(all[0]!.socket)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, true]);
  });

  it('speaks to each member in its dialect, and says nothing in the plain one but messages', async () => {
    const fanOut = new FanOut();
    const plain = connected({ dialect: 'plain' });
    fanOut.add('r', plain.connection);
    const [rich] = members(fanOut, 1);
    fanOut.deliver('r', push(1));
    fanOut.deliver('r', message('hi'));
    fanOut.push(plain.connection, push(2));
    fanOut.push(plain.connection, message('only for you'));
    await endOfTurn();
    expect(rich!.socket.frames.map(({ event }) => event)).toEqual(['x', 'message.created']);
    expect(plain.socket.frames).toMatchObject([
      { message: 'hi', seq: 1, room: 'r' },
      { message: 'only for you' },
    ]);
  });

  it('leaves out the one person it must not reach, on all their connections', async () => {
    const fanOut = new FanOut();
    const [ann, bob] = members(fanOut, 2);
    const again = connected({ user: { id: 'user-0', name: 'User 0' } });
    fanOut.add('r', again.connection);
    fanOut.deliver('r', push(1), { exceptUser: 'user-0' });
    fanOut.deliver('r', push(2));
    await endOfTurn();
    expect([ann, again, bob].map((each) => numbers(each!.socket))).toEqual([[2], [2], [1, 2]]);
  });

  it('that may be lost is lost for those who are behind, and for nobody else', async () => {
    const fanOut = new FanOut();
    const [slow, fast] = members(fanOut, 2);
    slow!.stream.writableLength = SOFT_LIMIT + 1;
    fanOut.deliver('r', push(1), { ephemeral: true });
    fanOut.deliver('r', push(2));
    await endOfTurn();
    expect([numbers(slow!.socket), numbers(fast!.socket)]).toEqual([[2], [1, 2]]);
  });

  it('does not reach who has left, and reaches who came back only from then on', async () => {
    const fanOut = new FanOut();
    const [ann, bob] = members(fanOut, 2);
    fanOut.deliver('r', push(1));
    fanOut.remove('r', ann!.connection);
    fanOut.deliver('r', push(2));
    fanOut.add('r', ann!.connection);
    fanOut.deliver('r', push(3));
    await endOfTurn();
    expect([numbers(ann!.socket), numbers(bob!.socket)]).toEqual([[3], [1, 2, 3]]);
    for (const { connection } of [ann!, bob!]) fanOut.remove('r', connection);
    expect([fanOut.members('r').size, ann!.connection.groups.length]).toEqual([0, 0]);
  });
});

describe('a room of thousands', () => {
  it('lets others have their turn while it is written to, and a reply never overtakes its pushes', async () => {
    const fanOut = new FanOut();
    const all = members(fanOut, 2_000);
    const last = all.at(-1)!;
    fanOut.deliver('r', push(1));
    await endOfTurn();
    const served = () => all.filter(({ stream }) => stream.writes.length > 0).length;
    expect(served()).toBeGreaterThan(0);
    expect(served()).toBeLessThan(2_000);

    fanOut.deliver('r', push(2));
    fanOut.reply(last.connection, '{"reply":"to the last"}');
    const late = connected();
    fanOut.add('r', late.connection);
    const gone = all[1_500]!;
    fanOut.remove('r', gone.connection);
    fanOut.deliver('r', push(3));
    await expect.poll(() => numbers(all[1_998]!.socket)).toEqual([1, 2, 3]);

    expect(numbers(last.socket)).toEqual([1, 2, 3, 'to the last']);
    expect([numbers(late.socket), numbers(gone.socket)]).toEqual([[3], []]);
    for (const { socket } of all.slice(0, -1))
      if (socket !== gone.socket) expect(numbers(socket)).toEqual([1, 2, 3]);
  });
});

describe('a room of so many that writing to all takes long', () => {
  it('gives what comes meanwhile to those whose turn it is then, in the same write', async () => {
    const fanOut = new FanOut();
    const all = members(fanOut, 3_000);
    const served = () => all.filter(({ stream }) => stream.writes.length > 0).length;
    fanOut.deliver('r', push(1));
    await endOfTurn();
    const early = served();
    expect(early).toBeLessThan(1_500);
    fanOut.deliver('r', push(2));
    await expect.poll(() => numbers(all[0]!.socket)).toEqual([1, 2]);
    for (const { socket } of all) expect(numbers(socket)).toEqual([1, 2]);
    const inOneWrite = all.filter(({ stream }) => stream.writes.length === 1);
    expect(inOneWrite).toEqual(all.slice(-inOneWrite.length));
    expect(inOneWrite.length).toBeGreaterThanOrEqual(3_000 - 2 * early);
    expect(inOneWrite[0]!.stream.writes[0]).toBe(inOneWrite[1]!.stream.writes[0]);
  });
});

describe('a big room', () => {
  it('that comes while a big room rests from the last one waits for more, and for no reply', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    class SlowFanOut extends FanOut {
      protected override now = () => (this.time += 10);
      private time = 0;
    }
    const fanOut = new SlowFanOut();
    const all = members(fanOut, 300);
    fanOut.deliver('r', push(1));
    await endOfTurn();
    fanOut.deliver('r', push(2));
    await endOfTurn();
    fanOut.reply(all[0]!.connection, '{"reply":true}');
    fanOut.deliver('r', push(3));
    await endOfTurn();
    expect(numbers(all[0]!.socket)).toEqual([1, 2, 3, true]);
    expect(numbers(all[1]!.socket)).toEqual([1]);
    vi.advanceTimersByTime(20);
    await endOfTurn();
    expect(numbers(all[1]!.socket)).toEqual([1, 2, 3]);
    expect(all[1]!.stream.writes).toHaveLength(2);
    expect(numbers(all[0]!.socket)).toEqual([1, 2, 3, true]);
  });

  it.each([
    ['is stored in time', 12, [1, 2, 3], 2],
    ['takes too long', 20, [1, 2], 2],
  ])('a big room that rests waits for what %s', async (_what, nowMs, received, writes) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    class SlowFanOut extends FanOut {
      // A batch of 10 ms, then what the clock shows when the least of its rest is over.
      private readonly times = [0, 10, 10];
      protected override now = () => this.times.shift() ?? nowMs;
    }
    const fanOut = new SlowFanOut();
    const [one] = members(fanOut, 300);
    fanOut.deliver('r', push(1));
    await endOfTurn();
    const storing = Promise.withResolvers<void>();
    fanOut.expect('r', storing.promise);
    fanOut.deliver('r', push(2));
    vi.advanceTimersByTime(2);
    await endOfTurn();
    if (nowMs < 20) {
      expect(numbers(one!.socket)).toEqual([1]);
      fanOut.deliver('r', push(3));
      storing.resolve();
      await endOfTurn();
    }
    await endOfTurn();
    expect(numbers(one!.socket)).toEqual(received);
    expect(one!.stream.writes).toHaveLength(writes);
  });

  it('what was never stored holds up no room', async () => {
    const fanOut = new FanOut();
    const [one] = members(fanOut, 300);
    fanOut.expect('r', Promise.reject(new Error('no database')));
    fanOut.deliver('r', push(1));
    await expect.poll(() => numbers(one!.socket)).toEqual([1]);
    fanOut.deliver('r', push(2));
    await expect.poll(() => numbers(one!.socket)).toEqual([1, 2]);
  });
});
