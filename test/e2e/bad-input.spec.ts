import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorStatus } from '../../src/protocol/index.js';
import { Communicator } from '../../src/testing/index.js';
import { temporaryFolder } from '../support/folder.js';
import { frame, handshakeStatus, parseAnswer, RawSocket, handshake } from '../support/raw-socket.js';
import { ServerProcess } from '../support/server-process.js';

const seed = 7;
const codes = new Set<string>(Object.keys(errorStatus));

/** Texts that are no valid request: each must be answered, none may be met with silence. */
const nonsense = fc.oneof(
  fc.string(),
  fc.json({ maxDepth: 3 }),
  fc.jsonValue().map((value) => JSON.stringify({ event: value, data: value })),
  fc.jsonValue().map((value) => JSON.stringify({ event: 'message.send', id: 1, data: value })),
  fc
    .record({ event: fc.constantFrom('room.join', 'typing', '__proto__', 'x'), data: fc.object() })
    .map((value) => JSON.stringify(value)),
  fc.nat(9_000).map((depth) => '['.repeat(depth)),
);

describe('ten thousand bad inputs', () => {
  it('are answered, each of them, and the process serves on', async () => {
    await using folder = await temporaryFolder();
    const env = { DATABASE_URL: folder.databaseUrl, RATE_LIMIT: 'off' };
    await using server = await ServerProcess.start(env);

    let inputs = 0;
    for (const text of fc.sample(nonsense, { seed, numRuns: 8_000 })) {
      if (Buffer.byteLength(text) > 16_384) continue;
      inputs++;
      batch.push(text);
      if (batch.length === 9) await answered(server, batch.splice(0));
    }
    for (let round = 0; round < 60; round++) inputs += await wrongHandshakes(server);
    for (let round = 0; round < 100; round++) inputs += await wrongFrames(server);
    inputs += await cutOff(server, 1_500);

    expect(inputs).toBeGreaterThan(10_000);
    expect(await handshakeStatus(server.url, '/ws/chat/lobby/')).toBe(101);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect(server.output).not.toMatch(/unhandled|uncaught|internal error|TypeError/i);
  }, 120_000);
});

const batch: string[] = [];

/** Nine are one fewer than a connection may send. The last frame is a good one: behind it, nothing is missing. */
async function answered(server: ServerProcess, texts: string[]): Promise<void> {
  await using client = await Communicator.connect(`${server.socketUrl}/ws/chat/`);
  for (const text of texts) client.sendRaw(text);
  for (const text of texts) {
    const reply = await client.next();
    expect([text, reply]).toMatchObject([text, { event: 'reply', ok: false }]);
    expect(codes).toContain((reply.error as { code: string }).code);
  }
  await client.nothing();
}

async function wrongHandshakes(server: ServerProcess): Promise<number> {
  const wrong: [string, Parameters<typeof handshake>[2], number][] = [
    ['/ws/', {}, 404],
    ['/ws/chat/a%20b/', {}, 404],
    ['/ws/chat/lobby/', { Origin: 'https://evil.example' }, 403],
    ['/ws/chat/lobby/', { 'Sec-WebSocket-Version': '7' }, 400],
    ['/ws/chat/lobby/', { 'Sec-WebSocket-Key': 'x' }, 400],
    ['/ws/chat/lobby/', { Cookie: 'x=y' }, 403],
    ['/ws/chat/lobby/', { Authorization: 'Bearer x' }, 401],
  ];
  for (const [path, headers, status] of wrong) {
    using raw = await RawSocket.open(server.url);
    raw.write(handshake(server.url, path, headers));
    const answer = parseAnswer(await raw.toEnd());
    expect([path, headers, answer.status]).toEqual([path, headers, status]);
  }
  return wrong.length;
}

async function wrongFrames(server: ServerProcess): Promise<number> {
  const wrong: [Buffer, number][] = [
    [frame('x'.repeat(17_000)), 1009],
    [frame('{}', { opcode: 2 }), 1003],
    [frame(Buffer.from([0xc3, 0x28])), 1007],
    [frame('x', { rsv: 0x20 }), 1002],
    [frame('x', { opcode: 3 }), 1002],
  ];
  for (const [bytes, code] of wrong) {
    using raw = await RawSocket.open(server.url);
    raw.write(handshake(server.url, '/ws/chat/lobby/'));
    await raw.head();
    raw.write(bytes);
    expect(await raw.closedWith()).toBe(code);
  }
  return wrong.length;
}

/** Half handshakes and half frames, ended by a reset. */
async function cutOff(server: ServerProcess, count: number): Promise<number> {
  const whole = Buffer.concat([
    Buffer.from(handshake(server.url, '/ws/chat/lobby/')),
    frame('{"message":"never finished"}'),
  ]);
  const { hostname, port } = new URL(server.url);
  for (let n = 0; n < count; n++) {
    const socket = connect({ host: hostname, port: Number(port) });
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) =>
      socket.write(whole.subarray(0, (n * 7) % whole.length), () => resolve()),
    );
    socket.resetAndDestroy();
  }
  return count;
}
