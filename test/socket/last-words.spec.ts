import { describe, expect, it } from 'vitest';
import { HARD_LIMIT } from '../../src/socket/connection.js';
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

describe('a connection that is closed', () => {
  it('has got what was delivered and answered in the same turn before the close frame', async () => {
    const fanOut = new FanOut();
    const [ann, bob] = members(fanOut, 2);
    fanOut.add('another', ann!.connection);
    fanOut.deliver('r', push(1));
    fanOut.deliver('another', push(2));
    fanOut.reply(ann!.connection, '{"reply":"bye"}');
    ann!.connection.close(1012, 'restarting');
    expect(numbers(ann!.socket)).toEqual([1, 2, 'bye']);
    expect(ann!.socket.closings).toEqual([{ code: 1012, reason: 'restarting' }]);
    fanOut.deliver('r', push(3));
    await endOfTurn();
    expect([numbers(ann!.socket), numbers(bob!.socket)]).toEqual([
      [1, 2, 'bye'],
      [1, 3],
    ]);
    ann!.socket.terminate();
  });

  it('in the plain dialect too, which has no way to ask again', () => {
    const fanOut = new FanOut();
    const plain = connected({ dialect: 'plain' });
    fanOut.add('r', plain.connection);
    fanOut.deliver('r', message('last words'));
    plain.connection.close(1012, 'restarting');
    expect(plain.socket.frames).toMatchObject([{ message: 'last words' }]);
    plain.socket.terminate();
  });

  it('in the middle of a big room, whether its turn had come or not', async () => {
    const fanOut = new FanOut();
    const all = members(fanOut, 1_000);
    fanOut.deliver('r', push(1));
    await endOfTurn();
    const [first, last] = [all[0]!, all.at(-1)!];
    expect([numbers(first.socket), numbers(last.socket)]).toEqual([[1], []]);
    fanOut.deliver('r', push(2));
    for (const { connection } of [first, last]) connection.close(1012, 'restarting');
    await expect.poll(() => numbers(all[998]!.socket)).toEqual([1, 2]);
    for (const { socket } of [first, last]) {
      expect(numbers(socket)).toEqual([1, 2]);
      socket.terminate();
    }
  });

  it('gets nothing of a group that it was taken out of first', () => {
    const fanOut = new FanOut();
    const [ann] = members(fanOut, 1);
    fanOut.deliver('r', push(1));
    fanOut.remove('r', ann!.connection);
    ann!.connection.close(4503, 'removed');
    expect(numbers(ann!.socket)).toEqual([]);
    ann!.socket.terminate();
  });

  it('is closed once, as a slow reader, where its last words are too much', () => {
    const fanOut = new FanOut();
    const [ann] = members(fanOut, 1);
    ann!.stream.writableLength = HARD_LIMIT + 1;
    fanOut.deliver('r', push(1));
    ann!.connection.close(1012, 'restarting');
    expect(ann!.socket.closings.map(({ code }) => code)).toEqual([4001]);
    ann!.socket.terminate();
  });
});
