import { describe, expect, it } from 'vitest';
import { ChatError, type ErrorCode, errorStatus } from '../../src/protocol/index.js';
import { MAX_BAD_FRAMES, MAX_WARNINGS, Strikes } from '../../src/socket/strikes.js';
import { connected } from './socket-double.js';

const refusal = (code: ErrorCode) => new ChatError(code, 'no');
const bad = refusal('bad_json');
const tooFast = new ChatError('rate_limited', 'slower', 500);

describe('bad frames', () => {
  it.each<ErrorCode>(['bad_json', 'bad_schema', 'unknown_type'])(
    'of the kind %s: the tenth within a minute ends the connection with 4500',
    (code) => {
      const strikes = new Strikes();
      const { connection, socket } = connected();
      for (let n = 1; n < MAX_BAD_FRAMES; n++) strikes.count(connection, refusal(code), n * 6_000);
      expect(socket.closings).toEqual([]);
      strikes.count(connection, refusal(code), 60_000);
      expect(socket.closings).toEqual([{ code: 4500, reason: 'too many bad frames' }]);
      socket.terminate();
    },
  );

  it('are forgotten after a minute', () => {
    const strikes = new Strikes();
    const { connection, socket } = connected();
    for (let n = 0; n < 100; n++) strikes.count(connection, bad, n * 10_000);
    expect(socket.closings).toEqual([]);
  });

  it('are counted for each connection alone', () => {
    const strikes = new Strikes();
    for (let n = 0; n < 30; n++) {
      const { connection, socket } = connected();
      strikes.count(connection, bad, 0);
      expect(socket.closings).toEqual([]);
    }
  });

  it('are none where a well-formed request is only refused', () => {
    const strikes = new Strikes();
    const { connection, socket } = connected();
    const others = (Object.keys(errorStatus) as ErrorCode[]).filter(
      (code) => !['bad_json', 'bad_schema', 'unknown_type', 'rate_limited'].includes(code),
    );
    for (let round = 0; round < 20; round++)
      for (const code of others) strikes.count(connection, refusal(code), round);
    expect(socket.closings).toEqual([]);
  });
});

describe('going on after a warning', () => {
  it('ends the connection with 4005 at the fourth', () => {
    const strikes = new Strikes();
    const { connection, socket } = connected();
    for (let n = 0; n < MAX_WARNINGS; n++) strikes.count(connection, tooFast, n * 2_000);
    expect(socket.closings).toEqual([]);
    strikes.count(connection, tooFast, MAX_WARNINGS * 2_000);
    expect(socket.closings).toEqual([{ code: 4005, reason: 'rate limit ignored' }]);
    socket.terminate();
  });

  it('does not mean what was on its way when the warning came', () => {
    const strikes = new Strikes();
    const { connection, socket } = connected();
    for (let n = 0; n < 1_000; n++) strikes.count(connection, tooFast, n % 999);
    expect(socket.closings).toEqual([]);
  });

  it('is forgotten after ten seconds of calm', () => {
    const strikes = new Strikes();
    const { connection, socket } = connected();
    for (let n = 0; n < 50; n++) strikes.count(connection, tooFast, n * 10_001);
    expect(socket.closings).toEqual([]);
  });
});
