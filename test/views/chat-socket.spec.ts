import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  ChatSocket,
  RequestLost,
  RequestRefused,
  type SocketConstructor,
} from '../../views/client/chat-socket.js';
import { systemClock } from '../../views/client/clock.js';
import { SocketServer } from './socket-server.js';

type Closed = { code: number; openForMs: number; retryAfterMs?: number };

function connect(url: string, times: { silenceMs?: number; replyTimeoutMs?: number } = {}) {
  const pushes: [string, unknown][] = [];
  const closed = Promise.withResolvers<Closed>();
  const arrived = new Map<string, () => void>();
  const socket = new ChatSocket({
    url,
    WebSocket: WebSocket as unknown as SocketConstructor,
    clock: systemClock,
    onPush: (event, data) => {
      pushes.push([event, data]);
      arrived.get(event)?.();
    },
    onClose: closed.resolve,
    ...times,
  });
  const push = (event: string): Promise<void> =>
    pushes.some(([name]) => name === event)
      ? Promise.resolve()
      : new Promise((resolve) => arrived.set(event, resolve));
  return { socket, pushes, push, closed: closed.promise };
}

const welcome = { user: { id: 'u', name: 'U' } };

describe('the socket of a page', () => {
  it('gives every request its own reply, whatever order they come in', async () => {
    await using server = await SocketServer.start();
    server.onConnect = (socket) => server.push('welcome', welcome, socket);
    const client = connect(server.url);
    await client.push('welcome');
    const first = client.socket.request('typing', { room: 'one' });
    const second = client.socket.request('typing', { room: 'two' });
    const frames = await server.seen('typing', 2);
    for (const frame of frames.toReversed()) server.reply(frame, { of: frame.data.room });
    expect(await first).toEqual({ of: 'one' });
    expect(await second).toEqual({ of: 'two' });
    client.socket.close();
  });

  it('says why the server refused', async () => {
    await using server = await SocketServer.start();
    server.onConnect = (socket) => server.push('welcome', welcome, socket);
    server.onFrame = (frame, socket) => server.refuse(frame, 'rate_limited', socket);
    const client = connect(server.url);
    await client.push('welcome');
    const refused = await client.socket.request('typing', { room: 'r' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RequestRefused);
    expect(refused).toMatchObject({ body: { code: 'rate_limited' } });
    client.socket.close();
  });

  it('sends nothing that the server would close the connection for', async () => {
    await using server = await SocketServer.start();
    const limits = { frameBytes: 200, textLength: 4_000, sendsPerSecond: 5, sendBurst: 20 };
    server.onConnect = (socket) => server.push('welcome', { ...welcome, limits }, socket);
    server.onFrame = (frame, socket) => server.reply(frame, {}, socket);
    const client = connect(server.url);
    await client.push('welcome');
    const refused = await client.socket
      .request('typing', { room: 'é'.repeat(90) })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'RequestRefused', body: { code: 'too_long' } });
    expect(await client.socket.request('typing', { room: 'e'.repeat(90) })).toEqual({});
    expect(server.received).toHaveLength(1);
    client.socket.close();
  });

  it('does not wait for ever: not for a reply, and not on a connection that is gone', async () => {
    await using server = await SocketServer.start();
    server.onConnect = (socket) => server.push('welcome', welcome, socket);
    const client = connect(server.url, { replyTimeoutMs: 30 });
    await client.push('welcome');
    await expect(client.socket.request('typing', { room: 'r' })).rejects.toThrow(RequestLost);
    const waiting = client.socket.request('typing', { room: 'r' });
    server.sockets[0]?.terminate();
    await expect(waiting).rejects.toThrow(RequestLost);
    expect((await client.closed).code).toBe(1006);
    await expect(client.socket.request('typing', { room: 'r' })).rejects.toThrow(RequestLost);
  });

  it('answers a ping, so that the server knows it is there', async () => {
    await using server = await SocketServer.start();
    server.onConnect = (socket) => server.push('ping', { heads: { lobby: 7 } }, socket);
    const client = connect(server.url);
    expect(await server.seen('pong')).toEqual([{ event: 'pong', data: {} }]);
    expect(client.pushes).toEqual([['ping', { heads: { lobby: 7 } }]]);
    client.socket.close();
  });

  it('takes a silent connection for a dead one', async () => {
    await using server = await SocketServer.start();
    const client = connect(server.url, { silenceMs: 50 });
    expect((await client.closed).code).toBe(1006);
  });

  it('remembers how long to stay away', async () => {
    await using server = await SocketServer.start();
    server.onConnect = (socket) => {
      server.push('bye', { retryAfterMs: 1234 }, socket);
      socket.close(1012);
    };
    const client = connect(server.url);
    expect(await client.closed).toMatchObject({ code: 1012, retryAfterMs: 1234 });
  });

  it('is not brought down by what is no frame', async () => {
    await using server = await SocketServer.start();
    server.onConnect = (socket) => {
      for (const junk of ['', '{', 'null', '7', '{"event":"reply"}', '{"event":"reply","id":99,"ok":true}']) {
        socket.send(junk);
      }
      server.push('welcome', welcome, socket);
    };
    const client = connect(server.url);
    await client.push('welcome');
    expect(client.pushes.map(([event]) => event)).toEqual(['welcome']);
    client.socket.close();
  });
});
