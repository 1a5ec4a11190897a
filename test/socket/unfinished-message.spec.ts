import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionRegistry } from '../../src/socket/connection.registry.js';
import { Heads, Heartbeat } from '../../src/socket/heartbeat.js';
import { FanOut } from '../../src/socket/fan-out.js';
import { type Communicator, type RunningChat, startChat } from '../../src/testing/index.js';
import { closeCode, frame, handshake, RawSocket } from '../support/raw-socket.js';
import { envOf } from './requests.js';
import { connected } from './socket-double.js';

const path = '/ws/chat/lobby/';
const whole = frame(JSON.stringify({ message: 'hello' }));
const PONG = frame('', { opcode: 10 });

let chat: RunningChat;
let clock: Communicator;
beforeAll(async () => {
  chat = await startChat({
    env: { PING_INTERVAL_MS: 100, PONG_TIMEOUT_MS: 60_000, MESSAGE_TIMEOUT_MS: 300 },
  });
  clock = await chat.connect(undefined, { answersPings: false });
});
afterAll(() => chat.close());

async function opened(): Promise<RawSocket> {
  const raw = await RawSocket.open(chat.url);
  raw.write(handshake(chat.url, path));
  await raw.head();
  return raw;
}

/** So many times did the server look after its connections. */
async function beats(count: number, meanwhile: () => void = () => undefined): Promise<void> {
  for (let n = 0; n < count; n++) {
    await clock.push('ping');
    await clock.request('pong', {});
    meanwhile();
  }
}

async function cutOff(raw: RawSocket): Promise<void> {
  if (!raw.socket.closed) await once(raw.socket, 'close', { signal: AbortSignal.timeout(30_000) });
  // No close frame: there is nobody to hear it in the middle of a message.
  expect(closeCode(raw.bytes)).toBeNull();
}

describe('a message that begins and does not end', () => {
  it.each<[string, Buffer]>([
    ['a frame of one byte', whole.subarray(0, 1)],
    ['a head without its mask', whole.subarray(0, 4)],
    ['a payload that is not whole', whole.subarray(0, -1)],
    ['a long length that is not whole', Buffer.from([0x81, 0xfe, 0x01])],
    ['a first fragment', frame('{"mess', { fin: false })],
    ['an empty first fragment', frame('', { fin: false })],
    ['a control frame that is not whole', PONG.subarray(0, 3)],
    ['the beginning of another behind a whole one', Buffer.concat([whole, whole.subarray(0, 7)])],
  ])('ends the connection: %s', async (_what, bytes) => {
    using raw = await opened();
    raw.write(bytes);
    await cutOff(raw);
  });

  it('ends it although more of it comes all the time', async () => {
    using raw = await opened();
    raw.write(frame('{"message":"', { fin: false }));
    // Less often than the limit of fragments would notice.
    const drip = () => void (raw.socket.closed || raw.write(frame('x', { opcode: 0, fin: false })));
    await Promise.all([cutOff(raw), beats(8, drip)]);
  });

  it('ends it although control frames come in between', async () => {
    using raw = await opened();
    raw.write(frame('{"message":"', { fin: false }));
    await Promise.all([cutOff(raw), beats(8, () => void (raw.socket.closed || raw.write(PONG)))]);
  });
});

describe('a connection that lives', () => {
  it('may be silent, and may take its time over a message', async () => {
    using raw = await opened();
    await beats(8);
    raw.write(frame('{"message":', { fin: false }));
    await beats(1);
    raw.write(Buffer.concat([PONG, frame('"in', { opcode: 0, fin: false })]));
    raw.write(frame(' parts"}', { opcode: 0 }));
    await expect.poll(() => raw.bytes.includes('"message":"in parts"')).toBe(true);
    await beats(8);
    expect(raw.socket.closed).toBe(false);
  });

  it('may be in the middle of a message whenever one looks, as long as messages end', async () => {
    using raw = await opened();
    const [head, tail] = [whole.subarray(0, 9), whole.subarray(9)];
    raw.write(head);
    let sent = 0;
    await beats(12, () => {
      raw.write(Buffer.concat([tail, head]));
      sent++;
    });
    await expect.poll(() => raw.text.split('"message":"hello"').length - 1).toBeGreaterThanOrEqual(sent);
    expect(raw.socket.closed).toBe(false);
  });
});

describe('a server that slept itself', () => {
  class NoHeads extends Heads {
    override of(): Record<string, number> {
      return {};
    }
  }

  it('or that does not read, cuts nobody off for what it has not taken yet', () => {
    const registry = new ConnectionRegistry();
    const heartbeat = new Heartbeat(
      registry,
      new FanOut(),
      new NoHeads(),
      envOf({ PING_INTERVAL_MS: 1_000_000 }),
    );
    const { connection, socket } = connected();
    Object.assign(socket, { _receiver: { _state: 0, _bufferedBytes: 1, _fragmented: 0 } });
    registry.add(connection);
    heartbeat.watch(connection, 0);
    heartbeat.tick(1_000);
    heartbeat.tick(60_000);
    expect(socket.terminated).toBe(false);
    connection.pause();
    for (let now = 61_000; now < 80_000; now += 1_000) heartbeat.tick(now);
    connection.resume();
    for (let now = 80_000; now <= 90_000; now += 1_000) heartbeat.tick(now);
    expect(socket.terminated).toBe(false);
    heartbeat.tick(91_000);
    expect(socket.terminated).toBe(true);
  });
});
