import { describe, expect, it } from 'vitest';
import { AuthProvider, type Credentials, type Identity } from '../../src/index.js';
import { checkHandshake, checkHost, roomOfPath, UpgradeRefused } from '../../src/socket/upgrade.checks.js';
import { startChat } from '../../src/testing/index.js';
import { handshakeStatus, refusedHandshake } from '../support/raw-socket.js';
import { outcome, requestOf } from './requests.js';

describe('the path of a socket', () => {
  it.each([
    ['/ws/chat/', undefined],
    ['/ws/chat', undefined],
    ['/ws/chat/?room=lobby', undefined],
    ['/ws/chat/lobby/', 'lobby'],
    ['/ws/chat/lobby', 'lobby'],
    ['/ws/chat/lobby?x=1', 'lobby'],
    ['/ws/chat/%C3%A9t%C3%A9/', 'été'],
    ['/ws/chat/%6cobby/', 'lobby'],
    [`/ws/chat/${'x'.repeat(64)}/`, 'x'.repeat(64)],
    [`/ws/chat/~${'a'.repeat(26)}/`, `~${'a'.repeat(26)}`],
    [`/ws/chat/lobby/?${'x'.repeat(2_048 - 17)}`, 'lobby'],
  ])('%.60s names the room %s', (path, room) => expect(roomOfPath(path)).toBe(room));

  it.each([
    '/',
    '/ws',
    '/ws/',
    '/ws/chat//',
    '/ws/chat/lobby//',
    '/ws/chat/a/b/',
    '//ws/chat/lobby/',
    '/WS/chat/lobby/',
    '/ws/chatter/',
    '/ws/chat/a b/',
    '/ws/chat/a%20b/',
    '/ws/chat/a%2Fb/',
    '/ws/chat/%/',
    '/ws/chat/%ff/',
    '/ws/chat/%00/',
    '/ws/chat/e%CC%81/',
    '/ws/chat/../',
    '/ws/chat/.%2e/',
    `/ws/chat/${'x'.repeat(65)}/`,
    '/ws/chat/~me/',
    'http://chat.example/ws/chat/lobby/',
    '',
  ])('is none of ours where it is %j', (path) => expect(outcome(() => roomOfPath(path))).toBe('not_found'));

  it('has at most 2,048 characters', () => {
    expect(outcome(() => roomOfPath(`/ws/chat/lobby/?${'x'.repeat(2_048 - 15)}`))).toBe('uri_too_long');
  });
});

describe('a handshake', () => {
  const good = {
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const status = (headers: Record<string, string>, method = 'GET') => {
    try {
      checkHandshake(requestOf(headers, { method }));
      return 101;
    } catch (error) {
      return (error as UpgradeRefused).status;
    }
  };

  it.each<[string, Record<string, string>, number]>([
    ['as it should be', {}, 101],
    ['in capitals', { upgrade: 'WebSocket' }, 101],
    ['to something else', { upgrade: 'h2c' }, 426],
    ['to several things', { upgrade: 'websocket, h2c' }, 426],
    ['of an old version', { 'sec-websocket-version': '7' }, 400],
    ['of no version', { 'sec-websocket-version': '' }, 400],
    ['with a short key', { 'sec-websocket-key': 'dGhlIHNhbXBsZQ==' }, 400],
    ['with a long key', { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZSBub25jZQ==' }, 400],
    ['with a key that is no base64', { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZ!==' }, 400],
    ['without a key', { 'sec-websocket-key': '' }, 400],
  ])('%s', (_name, headers, wanted) => expect(status({ ...good, ...headers })).toBe(wanted));

  it.each(['POST', 'PUT', 'HEAD', 'OPTIONS'])('by %s is refused', (method) => {
    expect(status(good, method)).toBe(405);
  });
});

describe('a Host', () => {
  const check = (rawHeaders: string[]) => {
    const request = requestOf({});
    Object.assign(request, { rawHeaders, headers: { host: rawHeaders[1] } });
    return outcome(() => checkHost(request)) === 'allowed';
  };

  it.each([
    'chat.example',
    'chat.example:3000',
    '127.0.0.1:1',
    '[::1]:3000',
    'CHAT.example',
    'localhost',
    'a_b.example',
  ])('may be %s', (host) => expect(check(['Host', host])).toBe(true));

  it.each([
    '',
    ' ',
    'a b',
    'a/b',
    'user@host',
    'user:pass@host',
    'a?b',
    'a#b',
    'a\\b',
    'a:b',
    'a:99999',
    '[::1',
    'a,b\t',
  ])('may not be %j', (host) => expect(check(['Host', host])).toBe(false));

  it('comes once', () => {
    expect(check(['Host', 'a', 'host', 'a'])).toBe(false);
    expect(check(['Host', 'a', 'X-Host', 'b'])).toBe(true);
  });
});

describe('of several things that are wrong', () => {
  const room = '/ws/chat/lobby/';
  const wrong: Record<string, [string, Record<string, string>, number]> = {
    path: ['/ws/chat/a%20b/', {}, 404],
    version: [room, { 'Sec-WebSocket-Version': '7' }, 400],
    host: [room, { Host: 'a b' }, 400],
    origin: [room, { Origin: 'https://evil.example' }, 403],
    full: [room, {}, 503],
  };

  it('the first in the order of the protocol is answered', async () => {
    await using chat = await startChat({ env: { MAX_CONNECTIONS: 1, ROOMS: 'closed' } });
    const inside = await chat.connect();
    const torn = { Authorization: 'Bearer torn' };
    const order = Object.values(wrong);
    for (const [index, [path, , status]] of order.entries()) {
      const later = order.slice(index).map(([, each]) => each);
      const headers: Record<string, string> = Object.assign({}, torn, ...later.reverse());
      expect((await refusedHandshake(chat.url, path, headers)).status).toBe(status);
    }
    await inside.close();
    // The room is not there either.
    expect((await refusedHandshake(chat.url, room, torn)).status).toBe(401);
    expect((await refusedHandshake(chat.url, room)).status).toBe(404);
  });

  it('nothing is looked up for who is refused before', async () => {
    let lookedUp = 0;
    class Counting extends AuthProvider {
      override async identify({ headers }: Credentials): Promise<Identity | null> {
        lookedUp++;
        return headers.authorization ? { user: { id: 'ann', name: 'Ann' }, sessionId: 's' } : null;
      }
      override createGuest = () => Promise.reject(new Error('no guests'));
      override rename = () => Promise.reject(new Error('no names'));
    }
    const env = { RATE_LIMIT: true, MAX_CONNECTIONS_PER_ADDRESS: 1, ROOMS: 'closed' as const };
    await using chat = await startChat({ authProvider: Counting, env });
    for (const [path, headers] of [wrong.path, wrong.version, wrong.host, wrong.origin].map((each) => each!))
      await refusedHandshake(chat.url, path, headers);
    expect(lookedUp).toBe(0);
    const closed = await refusedHandshake(chat.url, room, { Authorization: 'Bearer x' });
    expect([closed.status, lookedUp]).toEqual([404, 1]);
    await chat.connect(undefined, { headers: { authorization: 'Bearer x' } });
    expect(await handshakeStatus(chat.url, '/ws/chat/')).toBe(429);
    expect(lookedUp).toBe(2);
  });

  it('a refusal gives back the place at the address that it took', async () => {
    await using chat = await startChat({ env: { RATE_LIMIT: true, MAX_CONNECTIONS_PER_ADDRESS: 1 } });
    for (let n = 0; n < 5; n++)
      expect((await refusedHandshake(chat.url, room, { Authorization: 'Bearer x' })).status).toBe(401);
    expect(await handshakeStatus(chat.url, room)).toBe(101);
  });

  it('X-Forwarded-For changes nothing of a limit, unless a trusted proxy says it', async () => {
    const env = { RATE_LIMIT: true, MAX_CONNECTIONS_PER_ADDRESS: 1 };
    for (const [TRUSTED_PROXIES, second] of [
      [[], 429],
      [['127.0.0.1'], 101],
    ] as const) {
      await using chat = await startChat({ env: { ...env, TRUSTED_PROXIES: [...TRUSTED_PROXIES] } });
      await chat.connect(undefined, { headers: { 'x-forwarded-for': '198.51.100.1' } });
      expect(await handshakeStatus(chat.url, room, { 'X-Forwarded-For': '198.51.100.2' })).toBe(second);
      expect(await handshakeStatus(chat.url, room, { 'X-Forwarded-For': '198.51.100.1' })).toBe(429);
    }
  });
});
