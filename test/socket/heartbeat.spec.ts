import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConnectionRegistry } from '../../src/socket/connection.registry.js';
import { FanOut } from '../../src/socket/fan-out.js';
import { Heads, Heartbeat } from '../../src/socket/heartbeat.js';
import { type Communicator, startChat } from '../../src/testing/index.js';
import { closeCode, handshake, RawSocket } from '../support/raw-socket.js';
import { envOf } from './requests.js';
import { connected, endOfTurn } from './socket-double.js';

const beat = { PING_INTERVAL_MS: 100, PONG_TIMEOUT_MS: 1_500 };
const byHand = { answersPings: false };
const room = 'lobby';
const path = '/ws/chat/lobby/';

/** Answers pings as a client of ours does: twenty are longer than the server waits for who is silent. */
async function answering(client: Communicator): Promise<void> {
  for (let n = 0; n < 20; n++) {
    await client.push('ping');
    await client.request('pong', {});
  }
}

describe('a connection of chat.v1', () => {
  it('is told how often it is asked, and how far its rooms are', async () => {
    await using chat = await startChat({ env: { ...beat, PONG_TIMEOUT_MS: 60_000 } });
    const headers = { 'sec-websocket-protocol': 'chat.v1' };
    using raw = await RawSocket.open(chat.url);
    raw.write(handshake(chat.url, path, headers));
    await expect.poll(() => raw.text).toContain('"pingEveryMs":100');

    const ann = await chat.connect('Ann', byHand);
    expect(await ann.push('ping')).toEqual({ heads: {} });
    await ann.request('room.join', { room });
    for (let n = 0; n < 3; n++)
      await ann.request('message.send', { room, text: 'x', clientId: randomUUID() });
    const asked = async () => {
      await ann.request('pong', {});
      return ann.push('ping');
    };
    await expect.poll(asked).toEqual({ heads: { lobby: 3 } });
  });

  it('that does not answer is closed with 4002', async () => {
    await using chat = await startChat({ env: beat });
    const silent = await chat.connect(undefined, byHand);
    expect(await silent.closed).toEqual({ code: 4002, reason: 'no pong' });
  });

  it('that answers stays, and a control pong is no answer', async () => {
    await using chat = await startChat({ env: beat });
    const ann = await chat.connect(undefined, byHand);
    await answering(ann);
    using raw = await RawSocket.open(chat.url);
    raw.write(handshake(chat.url, path, { 'sec-websocket-protocol': 'chat.v1' }));
    await raw.head();
    raw.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]));
    const [code] = await Promise.all([raw.closedWith(), answering(ann)]);
    expect(code).toBe(4002);
    await ann.request('pong', {});
  });
});

describe('a connection of the plain dialect', () => {
  it('is asked by a control frame, which a browser answers by itself, and sees nothing of it', async () => {
    await using chat = await startChat({ env: beat });
    const page = await chat.connect(undefined, { dialect: 'plain', path });
    const clock = await chat.connect(undefined, byHand);
    await answering(clock);
    await page.nothing();
  });

  it('that does not answer is closed with 4002', async () => {
    await using chat = await startChat({ env: beat });
    using raw = await RawSocket.open(chat.url);
    raw.write(handshake(chat.url, path));
    await raw.head();
    expect(await raw.closedWith()).toBe(4002);
  });
});

describe('a reader that stopped reading', () => {
  // The kernel takes some 4 MB for a stalled reader on the loopback before anything waits here.
  const text = 'x'.repeat(50_000);
  const env = { MAX_TEXT_LENGTH: text.length, MAX_FRAME_BYTES: 65_536, PONG_TIMEOUT_MS: 600_000 };

  it('is closed with 4001, comes back without a hole, and nobody else waited for it', async () => {
    await using chat = await startChat({ env });
    const [slow, bob, ann] = [
      await chat.connect('Slow'),
      await chat.connect('Bob'),
      await chat.connect('Ann'),
    ];
    for (const client of [slow, bob]) await client.request('room.join', { room });
    const registry = chat.app.get(ConnectionRegistry);
    const [connection] = registry.ofUser(slow.user.id);
    slow.pause();
    let sent = 0;
    while (connection?.open && sent < 600) {
      await ann.request('message.send', { room, text, clientId: randomUUID() });
      expect((await bob.push('message.created')).seq).toBe(++sent);
    }
    expect(connection?.open).toBe(false);
    slow.resume();
    expect(await slow.closed).toMatchObject({ code: 4001 });
    const seen = slow.received.filter(({ event }) => event === 'message.created').length;
    expect(seen).toBeLessThan(sent);

    const { epoch } = (await (await fetch(`${chat.url}/api/rooms/${room}/messages?limit=1`)).json()) as {
      epoch: string;
    };
    const back = await chat.connect('Slow');
    expect(await back.request('room.join', { room, epoch, after: seen })).toMatchObject({ recovered: true });
    for (let seq = seen + 1; seq <= sent; seq++) expect((await back.push('message.created')).seq).toBe(seq);
  });

  it('and does not come back to it is cut off all the same', async () => {
    await using chat = await startChat({ env });
    using raw = await RawSocket.open(chat.url);
    raw.write(handshake(chat.url, path));
    await raw.head();
    raw.socket.pause();
    const ann = await chat.connect('Ann');
    const registry = chat.app.get(ConnectionRegistry);
    for (let sent = 0; registry.size > 1 && sent < 600; sent++)
      await ann.request('message.send', { room, text, clientId: randomUUID() });
    await expect.poll(() => registry.size, { timeout: 30_000 }).toBe(1);
    expect(closeCode(Buffer.from(raw.text))).toBeNull();
  });
});

describe('a server that slept itself', () => {
  class NoHeads extends Heads {
    override of(): Record<string, number> {
      return {};
    }
  }

  async function asked() {
    const registry = new ConnectionRegistry();
    const heartbeat = new Heartbeat(registry, new FanOut(), new NoHeads(), envOf());
    const { connection, socket } = connected();
    registry.add(connection);
    heartbeat.watch(connection, 0);
    for (let now = 0; now <= 25_000; now += 1_000) heartbeat.tick(now);
    await endOfTurn();
    expect(socket.frames).toEqual([{ event: 'ping', data: { heads: {} } }]);
    return { heartbeat, connection, socket };
  }

  it('closes nobody for answers that it has not read yet', async () => {
    const { heartbeat, socket } = await asked();
    heartbeat.tick(60_000);
    expect(socket.closings).toEqual([]);
    for (let now = 61_000; now <= 80_000; now += 1_000) heartbeat.tick(now);
    expect(socket.closings).toEqual([{ code: 4002, reason: 'no pong' }]);
    socket.terminate();
  });

  it('closes who is silent for ten seconds, and not a moment before', async () => {
    const { heartbeat, connection, socket } = await asked();
    const since = connection.pingSentAt;
    for (let now = 26_000; now <= since + 10_000; now += 1_000) heartbeat.tick(now);
    expect(socket.closings).toEqual([]);
    heartbeat.tick(since + 10_001);
    expect(socket.closings).toEqual([{ code: 4002, reason: 'no pong' }]);
    socket.terminate();
  });

  it('waits for an answer that stands behind requests it has not taken', async () => {
    const { heartbeat, connection, socket } = await asked();
    connection.draining = true;
    connection.queue(Buffer.from('{}'));
    for (let now = 26_000; now <= 60_000; now += 1_000) heartbeat.tick(now);
    expect(socket.closings).toEqual([]);
  });
});
