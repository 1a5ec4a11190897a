import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../src/protocol/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { parseAnswer, RawSocket } from '../support/raw-socket.js';
import { call, textOf, Visitor } from './visitor.js';

let chat: RunningChat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.close());

const html = 'text/html; charset=utf-8';
const problem = 'application/problem+json; charset=utf-8';
const tooLong = `/chat/lobby/?${'x'.repeat(2_048)}`;

describe('what goes wrong', () => {
  it.each([
    ['/nowhere', 404],
    ['/chat/a/b/', 404],
    ['/chat/not%20a%20room/', 400],
    ['/chat/%ff/', 400],
    [tooLong, 414],
    ['/.git/config', 404],
    ['/chat/~abcdefghijklmnopqrstuvwxyz/', 404],
  ])('on %.40s is a page for people, and problem+json for programs', async (path, status) => {
    const page = await new Visitor(chat).get(path);
    expect([page.status, page.headers.get('content-type')]).toEqual([status, html]);
    expect(textOf(page)).toContain(String(status));
    expect(page.html).toContain('href="/chat/"');
    for (const accept of ['*/*', 'application/json', 'application/problem+json, */*;q=0.1']) {
      const answer = await call(chat, path, { headers: { accept } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([status, problem]);
      expect(Problem.strict().parse(answer.body)).toMatchObject({ status });
    }
  });

  it.each([
    ['/api/nowhere', 404],
    ['/api/rooms/not%20a%20room/messages', 400],
    ['/health/nowhere', 404],
    ['/ws/nowhere', 404],
    ['/ws/chat/lobby/', 426],
    ['/assets/nowhere.js', 404],
  ])('on %s is problem+json for everybody', async (path, status) => {
    const { html: text, ...page } = await new Visitor(chat).get(path);
    expect([page.status, page.headers.get('content-type')]).toEqual([status, problem]);
    expect(Problem.strict().parse(JSON.parse(text))).toMatchObject({ status });
  });

  it('never repeats what was asked, nor says where in the code it was', async () => {
    for (const path of ['/canary-4711', '/chat/canary 4711/', '/api/rooms/canary 4711/messages']) {
      const page = await new Visitor(chat).get(encodeURI(path));
      expect(page.html).not.toMatch(/canary|4711|node_modules|at \w+ \(/);
    }
    const body = { canary: 'hunter2', text: 'hunter2' };
    const answer = await call(chat, '/api/rooms/lobby/messages', { method: 'POST', body });
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([
      400,
      expect.not.stringContaining('hunter2'),
    ]);
  });
});

describe('a body', () => {
  it.each([
    ['nonsense', 400, 'bad_json'],
    ['{"name":', 400, 'bad_json'],
    ['null', 400, 'bad_json'],
    ['[]', 400, 'bad_schema'],
    ['{"name":"x","__proto__":{"admin":true}}', 400, 'bad_schema'],
    ['{"name":"x","constructor":{"prototype":{"admin":true}}}', 400, 'bad_schema'],
    ['{"name":"x","prototype":1}', 400, 'bad_schema'],
    [`{"name":"x","deep":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 400, 'bad_schema'],
    [`{"name":"${'x'.repeat(65_536)}"}`, 413, 'too_long'],
  ])('%s is refused with %i and %s', async (body, status, code) => {
    const answer = await call(chat, '/api/rooms', { method: 'POST', body });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(Problem.strict().parse(answer.body).status).toBe(status);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each([
    ['no type', {}, 400],
    ['another type', { 'content-type': 'text/plain' }, 400],
    ['an unknown charset', { 'content-type': 'application/json; charset=x-klingon' }, 415],
    ['an unknown encoding', { 'content-type': 'application/json', 'content-encoding': 'rot13' }, 415],
    ['a broken encoding', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 400],
  ])('of %s is refused', async (_name, headers, status) => {
    const body = Buffer.from('{"name":"typed"}');
    const answer = await fetch(`${chat.url}/api/rooms`, { method: 'POST', headers, body });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, problem]);
    const { body: list } = await call(chat, '/api/rooms');
    expect(JSON.stringify(list)).not.toContain('typed');
  });

  it('that is too large is a page for people', async () => {
    const page = await new Visitor(chat).post('/chat/lobby/', { text: 'x'.repeat(70_000) });
    expect([page.status, page.headers.get('content-type')]).toEqual([413, html]);
  });
});

describe('a method', () => {
  it('is what the request line says, whatever a header or a field claims', async () => {
    const claims = ['x-http-method-override', 'x-http-method', 'x-method-override'];
    const headers = Object.fromEntries(claims.map((name) => [name, 'POST']));
    await call(chat, '/api/rooms?_method=POST', { headers });
    await fetch(`${chat.url}/chat/overridden/?_method=DELETE`, {
      method: 'POST',
      headers: { 'x-http-method-override': 'GET', 'content-type': 'application/x-www-form-urlencoded' },
      body: '_method=GET',
    });
    expect((await call(chat, '/api/rooms/overridden/messages')).body.messages ?? []).toEqual([]);
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
    'that nobody serves is refused: %s',
    async (method) => {
      for (const path of [
        '/',
        '/chat/',
        '/chat/lobby/',
        '/api/rooms',
        '/api/rooms/lobby/messages',
        '/api/me',
      ]) {
        const response = await fetch(chat.url + path, { method });
        // An answer to OPTIONS may list what there is.
        if (method === 'OPTIONS' && response.ok) continue;
        expect([path, response.status]).toEqual([path, expect.toSatisfy((s) => s === 404 || s === 405)]);
      }
    },
  );

  it('that only asks changes nothing', async () => {
    for (const method of ['GET', 'HEAD']) {
      await fetch(`${chat.url}/chat/~me/?name=Changed`, { method });
      await fetch(`${chat.url}/api/rooms?name=by_get`, { method });
      await fetch(`${chat.url}/api/rooms/by_get/messages`, { method });
    }
    expect(JSON.stringify((await call(chat, '/api/rooms')).body)).not.toContain('by_get');
  });
});

describe('a request that is not one', () => {
  const line = (path: string, host: string) => `GET ${path} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
  it.each([
    ['two Hosts', 'Host: a\r\nHost: b\r\n'],
    ['a Host that no address holds', 'Host: a b\r\n'],
    ['a Host with a user in it', 'Host: user@good.example\r\n'],
    ['a Host with a path in it', 'Host: good.example/chat\r\n'],
  ])('with %s is refused', async (_name, host) => {
    using raw = await RawSocket.open(chat.url);
    raw.write(line('/api/rooms', host));
    const { status, body } = parseAnswer(await raw.toEnd());
    expect([status, body.code]).toEqual([400, 'bad_schema']);
  });

  it('has a query string that is only text', async () => {
    await call(chat, '/api/rooms?a[__proto__][admin]=1&__proto__[admin]=1&constructor[prototype][admin]=1');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});
