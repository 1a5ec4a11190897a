import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { type Browser, register } from '../account/browser-without-script.js';
import { call } from '../web/visitor.js';
import { routesOf, writesOf } from './routes.house.js';

let chat: RunningChat;
let admin: Browser;
let ann: Browser;
beforeAll(async () => {
  chat = await startChat({ env: { ALLOWED_ORIGINS: ['https://good.example'] } });
  admin = await register(chat.url, 'Boss');
  ann = await register(chat.url, 'Ann');
});
afterAll(() => chat.close());

const whole = async ({ cookie }: Browser) => {
  const headers = { cookie };
  const me = await call(chat, '/api/me', { headers });
  const rooms = await call(chat, '/api/rooms', { headers });
  const history = await call(chat, '/api/rooms/lobby/messages', { headers });
  const account = await ann.get('/chat/~account/');
  return JSON.stringify([me.body, rooms.body, history.body, account.status]);
};

describe('whatever changes something', () => {
  it('is known to these tests: every route of the server is asked', () => {
    const paths = new Set(writesOf(chat).map(({ path }) => path));
    for (const path of ['/chat/~sign-in', '/chat/~sign-out', '/chat/~account/picture', '/chat/~admin'])
      expect([...paths].some((known) => known.startsWith(path))).toBe(true);
    expect(paths.size).toBeGreaterThan(15);
  });

  it.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['a sandbox', { origin: 'null' }],
    ['a name that begins like ours', { origin: 'https://good.example.evil' }],
    ['a name that ends with a dot', { origin: 'https://good.example.' }],
    ['another port', { origin: 'https://good.example:444' }],
    ['another scheme', { origin: 'http://good.example' }],
    ['a name in other letters', { origin: 'https://GOOD.example' }],
    ['a page that hides where it is', { 'sec-fetch-site': 'cross-site' }],
    ['a program with a cookie that says nothing', {}],
  ])('is refused with 403 from %s, on every route, and nothing is changed', async (_who, given) => {
    const before = await whole(ann);
    for (const { method, path } of writesOf(chat)) {
      const headers = { cookie: admin.cookie, 'content-type': 'application/x-www-form-urlencoded', ...given };
      const body = 'action=ban&user=x&text=forged&name=forged&username=forged&password=forged';
      const answer = await fetch(chat.url + path, { method, headers, body, redirect: 'manual' });
      expect([method, path, answer.status]).toEqual([method, path, 403]);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(await whole(ann)).toBe(before);
  });

  it('does nothing by GET or HEAD', async () => {
    const before = await whole(ann);
    const served = new Set(routesOf(chat).map(({ method, path }) => `${method} ${path}`));
    for (const { path } of writesOf(chat).filter((route) => !served.has(`GET ${route.path}`)))
      for (const method of ['GET', 'HEAD']) {
        const query = '?action=ban&text=forged&name=forged&end=everywhere&_method=POST';
        const headers = { cookie: ann.cookie, 'x-http-method-override': 'POST' };
        const answer = await fetch(chat.url + path + query, { method, headers, redirect: 'manual' });
        expect([path, answer.status]).toEqual([path, expect.toBeOneOf([400, 404, 405])]);
      }
    expect(await whole(ann)).toBe(before);
  });
});

describe('a method that echoes', () => {
  it('is not answered with itself by TRACE', async () => {
    const asked = request(`${chat.url}/chat/`, { method: 'TRACE', headers: { 'x-canary': 'hunter2' } }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect([404, 405]).toContain(answer.statusCode);
    expect(JSON.stringify([await text(answer), answer.headers])).not.toContain('hunter2');
  });
});

describe('what is for administrators', () => {
  it('is answered to everybody else as what does not exist: by every method, page or API', async () => {
    const routes = routesOf(chat).filter(({ path }) => /admin/.test(path));
    expect(routes.length).toBeGreaterThanOrEqual(4);
    const ask = async (method: string, path: string, cookie: string) => {
      const headers = { cookie, origin: chat.url, accept: 'text/html' };
      const answer = await fetch(chat.url + path, { method, headers });
      const text = (await answer.text()).replaceAll(/nonce="[^"]*"/g, '');
      const names = [...answer.headers.keys()].filter((name) => name !== 'set-cookie');
      return { status: answer.status, text, names };
    };
    for (const { cookie } of [ann, { cookie: '' }])
      for (const { method, path } of routes) {
        const missing = path.startsWith('/api') ? '/api/admin/nothing' : '/chat/~admin/nothing';
        const [asked, nothing] = [await ask(method, path, cookie), await ask(method, missing, cookie)];
        expect([path, asked]).toEqual([path, nothing]);
        expect(asked.status).toBe(404);
      }
  });
});

describe('what is somebody’s own', () => {
  it('is kept by nobody on its way: every page and answer to who is signed in', async () => {
    const open = /^\/(assets|health|api\/(openapi|asyncapi))/;
    for (const { path } of routesOf(chat).filter(({ method }) => method === 'GET')) {
      if (open.test(path)) continue;
      const answer = await fetch(chat.url + path, {
        headers: { cookie: admin.cookie, accept: 'text/html' },
        redirect: 'manual',
      });
      const isBare = answer.status === 302 || answer.status === 303;
      if (!isBare) expect([path, answer.headers.get('cache-control')]).toEqual([path, 'no-store']);
    }
  });
});
