import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN_COOKIE } from '../../src/auth/session-token.js';
import { Admission } from '../../src/socket/admission.js';
import { HandshakeRefused, type RunningChat, startChat } from '../../src/testing/index.js';
import { handshakeStatus, RawSocket, refusedHandshake } from '../support/raw-socket.js';

const lobby = '/ws/chat/lobby/';

describe('a handshake', () => {
  let chat: RunningChat;
  beforeAll(async () => {
    chat = await startChat({ env: { ALLOWED_ORIGINS: ['https://good.example'] } });
  });
  afterAll(() => chat.close());

  it.each([
    '/ws/chat/lobby/',
    '/ws/chat/lobby',
    '/ws/chat/',
    '/ws/chat',
    '/ws/chat/%C3%A9t%C3%A9/',
    '/ws/chat/a?x=1',
  ])('is accepted on %s', async (path) => expect(await handshakeStatus(chat.url, path)).toBe(101));

  it.each([
    ['/', {}, 'GET', 404],
    ['/ws/', {}, 'GET', 404],
    ['/ws/x', {}, 'GET', 404],
    ['/ws/chat/a/b/', {}, 'GET', 404],
    ['/ws/chat/a%20b/', {}, 'GET', 404],
    ['/ws/chat/%ff/', {}, 'GET', 404],
    ['/ws/chat/..%2f/', {}, 'GET', 404],
    ['/ws/chat/~abcdefghijklmnopqrstuvwxyz/', {}, 'GET', 404],
    [`/ws/chat/${'x'.repeat(65)}/`, {}, 'GET', 404],
    [`/ws/chat/x/?${'x'.repeat(2048)}`, {}, 'GET', 414],
    [lobby, {}, 'POST', 405],
    [lobby, { Upgrade: 'h2c' }, 'GET', 426],
    [lobby, { Upgrade: null, Connection: 'close' }, 'GET', 426],
    [lobby, { 'Sec-WebSocket-Version': '99' }, 'GET', 400],
    [lobby, { 'Sec-WebSocket-Version': null }, 'GET', 400],
    [lobby, { 'Sec-WebSocket-Key': 'short' }, 'GET', 400],
    [lobby, { 'Sec-WebSocket-Key': null }, 'GET', 400],
    [lobby, { Host: 'a b' }, 'GET', 400],
    [lobby, { Host: 'user@host' }, 'GET', 400],
    [lobby, { Host: ['127.0.0.1', '127.0.0.1'] }, 'GET', 400],
    [lobby, { Origin: 'https://evil.example' }, 'GET', 403],
    [lobby, { Origin: 'null' }, 'GET', 403],
    [lobby, { Origin: 'https://good.example.evil' }, 'GET', 403],
    [lobby, { Origin: 'https://good.example.' }, 'GET', 403],
    [lobby, { Origin: 'https://GOOD.example' }, 'GET', 403],
    [lobby, { Origin: 'https://good.example:444' }, 'GET', 403],
    [lobby, { Origin: 'http://good.example' }, 'GET', 403],
    [lobby, { Origin: ['https://good.example', 'https://good.example'] }, 'GET', 403],
    [lobby, { Cookie: 'any=thing' }, 'GET', 403],
    [lobby, { Authorization: 'Bearer nonsense' }, 'GET', 401],
  ])('on %s with %j by %s is refused with %i', async (path, headers, method, status) => {
    const answer = await refusedHandshake(chat.url, path, { Connection: 'Upgrade', ...headers }, method);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('connection')).toContain('close');
    expect(answer.body).toMatchObject({ status, code: expect.any(String) });
  });

  it('of another version is told which one is spoken', async () => {
    const { headers } = await refusedHandshake(chat.url, lobby, { 'Sec-WebSocket-Version': '99' });
    expect(headers.get('sec-websocket-version')).toBe('13');
  });

  it('is accepted from an allowed origin, and from the page itself', async () => {
    expect(await handshakeStatus(chat.url, lobby, { Origin: 'https://good.example' })).toBe(101);
    expect(await handshakeStatus(chat.url, lobby, { Origin: chat.url })).toBe(101);
  });

  it('with a cookie that is not valid is refused, whatever its query string says', async () => {
    const headers = { Cookie: `${PLAIN_COOKIE}=tampered.nonsense`, Origin: chat.url };
    expect((await refusedHandshake(chat.url, `${lobby}?token=x`, headers)).status).toBe(401);
  });

  it('that is reset while it is looked at hurts nobody', async () => {
    for (let round = 0; round < 200; round++) {
      const raw = await RawSocket.open(chat.url);
      raw.write(
        `GET ${lobby} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      );
      if (round % 2) await new Promise((resolve) => setImmediate(resolve));
      raw.socket.resetAndDestroy();
    }
    expect(await handshakeStatus(chat.url, lobby)).toBe(101);
  });
});

describe('a full server', () => {
  it('refuses who comes now with 503 and when to come back, and keeps who is there', async () => {
    await using chat = await startChat({ env: { MAX_CONNECTIONS: 2 } });
    const first = await chat.connect();
    await chat.connect();
    const { status, headers, body } = await refusedHandshake(chat.url, lobby);
    expect([status, headers.get('retry-after'), body.code]).toEqual([503, '5', 'busy']);
    await first.nothing();
  });

  it('refuses the connections of one address above its limit with 429', async () => {
    await using chat = await startChat({ env: { RATE_LIMIT: true, MAX_CONNECTIONS_PER_ADDRESS: 3 } });
    const clients = [await chat.connect(), await chat.connect(), await chat.connect()];
    const { status, headers, body } = await refusedHandshake(chat.url, lobby);
    expect([status, body.code]).toEqual([429, 'rate_limited']);
    expect(headers.get('retry-after')).toBe('5');
    await clients[0]?.close();
    await expect.poll(() => handshakeStatus(chat.url, lobby)).toBe(101);
  });

  it('refuses the connections of one person above their limit with 429', async () => {
    await using chat = await startChat({ env: { RATE_LIMIT: true, MAX_CONNECTIONS_PER_USER: 1 } });
    const cookie = await chat.signIn('Ann');
    const headers = { cookie, origin: chat.url };
    await chat.connect(undefined, { headers });
    await expect(chat.connect(undefined, { headers })).rejects.toMatchObject({ status: 429 });
  });

  it('refuses everybody while it drains, and is not ready', async () => {
    await using chat = await startChat();
    chat.app.get(Admission).shutDoors();
    await expect(chat.connect()).rejects.toBeInstanceOf(HandshakeRefused);
    expect((await fetch(`${chat.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${chat.url}/health/live`)).status).toBe(200);
  });
});

describe('without guests', () => {
  it('nobody comes in who has not signed in', async () => {
    await using chat = await startChat({ env: { GUESTS: false } });
    expect((await refusedHandshake(chat.url, lobby)).status).toBe(401);
    expect((await fetch(`${chat.url}/chat/`)).status).toBe(401);
    expect((await fetch(`${chat.url}/api/rooms`)).status).toBe(401);
  });
});

describe('with closed rooms', () => {
  it('a room that is not there is refused, and not created', async () => {
    await using chat = await startChat({ env: { ROOMS: 'closed' } });
    expect((await refusedHandshake(chat.url, lobby)).status).toBe(404);
    expect(await (await fetch(`${chat.url}/api/rooms`)).json()).toEqual({ rooms: [] });
  });
});
