import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CLOSE_GRACE_MS, HARD_LIMIT, SLOW_FOR_MS, SOFT_LIMIT } from '../../src/socket/connection.js';
import { textFrame } from '../../src/socket/text-frame.js';
import { connected } from './socket-double.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const frame = textFrame('{"event":"x"}');
const tooSlow = [{ code: 4001, reason: 'reads too slowly' }];

describe('a reader', () => {
  it('gets every frame as long as not more than a mebibyte waits', () => {
    const { connection, stream, socket } = connected();
    stream.writableLength = HARD_LIMIT;
    connection.write(frame);
    expect([socket.frames, socket.closings]).toEqual([[{ event: 'x' }], []]);
  });

  it('with more than that waiting is cut off with 4001, once, and gets nothing more', () => {
    const { connection, stream, socket } = connected();
    stream.writableLength = HARD_LIMIT + 1;
    for (let n = 0; n < 5; n++) connection.write(frame);
    expect([socket.frames, socket.closings, connection.open]).toEqual([[], tooSlow, false]);
    socket.terminate();
  });

  it('is behind above 256 KiB, and no longer once it caught up', () => {
    const { connection, stream } = connected();
    stream.writableLength = SOFT_LIMIT;
    expect(connection.isBehind).toBe(false);
    stream.writableLength = SOFT_LIMIT + 1;
    expect(connection.isBehind).toBe(true);
  });

  it('that stays behind for five seconds is cut off, however little is said', () => {
    const { connection, stream, socket } = connected();
    stream.writableLength = SOFT_LIMIT + 1;
    connection.checkSpeed(1_000);
    connection.checkSpeed(1_000 + SLOW_FOR_MS);
    expect(socket.closings).toEqual([]);
    connection.checkSpeed(1_001 + SLOW_FOR_MS);
    expect(socket.closings).toEqual(tooSlow);
    socket.terminate();
  });

  it('that catches up in between starts from nothing', () => {
    const { connection, stream, socket } = connected();
    for (let now = 1_000; now < 100_000; now += 4_000) {
      stream.writableLength = now % 8_000 === 1_000 ? SOFT_LIMIT : SOFT_LIMIT + 1;
      connection.checkSpeed(now);
    }
    expect(socket.closings).toEqual([]);
  });
});

describe('what waits for one connection alone', () => {
  it('leaves in one write, in order', () => {
    const { connection, stream, socket } = connected();
    for (let n = 1; n <= 3; n++) connection.enqueue(textFrame(JSON.stringify({ n })));
    connection.flush();
    connection.flush();
    expect(socket.frames).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(stream.writes).toHaveLength(1);
  });

  it('still leaves before a close frame', () => {
    const { connection, socket } = connected();
    connection.enqueue(frame);
    connection.close(1012, 'restarting');
    expect([socket.frames, socket.closings[0]?.code]).toEqual([[{ event: 'x' }], 1012]);
    socket.terminate();
  });
});

describe('closing', () => {
  it('happens once, with the first reason, and forgets what was not answered yet', () => {
    const { connection, socket } = connected();
    connection.queue(Buffer.from('{}'));
    connection.close(4500, 'first');
    connection.close(1011, 'second');
    expect(socket.closings).toEqual([{ code: 4500, reason: 'first' }]);
    expect([connection.open, connection.cutOff, connection.waiting]).toEqual([false, true, 0]);
    socket.terminate();
  });

  it('cuts off a peer that does not answer within a second', () => {
    const { connection, socket } = connected();
    connection.close(1012, 'restarting');
    vi.advanceTimersByTime(CLOSE_GRACE_MS - 1);
    expect(socket.terminated).toBe(false);
    vi.advanceTimersByTime(1);
    expect(socket.terminated).toBe(true);
  });

  it('leaves no timer behind where the peer answers', () => {
    const { connection, socket } = connected();
    connection.close(1000, 'bye');
    socket.terminate(1000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('resumes a paused socket, which would never read the answer', () => {
    const { connection, socket } = connected();
    connection.pause();
    connection.close(4000, 'please reconnect');
    expect(socket.isPaused).toBe(false);
    socket.terminate();
  });

  it('is told once, with its code, to everybody who asked', () => {
    const { connection, socket } = connected();
    const told: number[] = [];
    connection.onClose((code) => told.push(code));
    connection.onClose((code) => told.push(code + 1));
    socket.terminate(1001);
    socket.emit('close', 1001);
    expect(told).toEqual([1001, 1002]);
  });
});

describe('a connection that is gone', () => {
  it('takes what is written to it in silence', () => {
    const { connection, socket, stream } = connected();
    socket.terminate();
    connection.write(frame);
    connection.enqueue(frame);
    connection.flush();
    connection.pingFrame();
    connection.resume();
    expect([stream.writes, socket.pings, connection.open, connection.cutOff]).toEqual([[], 0, false, false]);
  });
});

describe('a text frame', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 100_000])('of %i bytes is what RFC 6455 says', (length) => {
    const { connection, socket } = connected();
    if (length < 2) return expect(textFrame('x'.repeat(length)).length).toBe(2 + length);
    const text = JSON.stringify('x'.repeat(length - 2));
    connection.write(textFrame(text));
    expect(socket.frames).toEqual([JSON.parse(text)]);
    return expect(textFrame(text).length).toBe(length + (length < 126 ? 2 : length < 65_536 ? 4 : 10));
  });

  it('counts bytes, not characters', () => {
    const { connection, socket } = connected();
    for (const text of ['é'.repeat(100), '日本語', '👩‍👩‍👧']) connection.write(textFrame(JSON.stringify(text)));
    expect(socket.frames).toEqual(['é'.repeat(100), '日本語', '👩‍👩‍👧']);
  });
});
