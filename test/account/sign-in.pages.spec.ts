import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LobbyPageData, Message } from '../../src/protocol/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { call, dataOf, formOf, textOf } from '../web/visitor.js';
import { Browser, password, register } from './browser-without-script.js';

let chat: RunningChat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.close());

const me = async (browser: Browser) => dataOf<LobbyPageData>(await browser.get('/chat/')).me;

describe('registering without a script', () => {
  it('keeps a guest’s name and messages, and leads back to where they were', async () => {
    const browser = new Browser(chat.url);
    await browser.get('/chat/garden/');
    const before = await me(browser);
    await browser.post('/chat/garden/', { text: 'as a guest', clientId: randomUUID() });

    const page = await browser.get('/chat/~register/?next=%2Fchat%2Fgarden%2F');
    expect(textOf(page)).toContain(`You stay ${before.name}`);
    const form = formOf(page, '/chat/~register/');
    const answer = await browser.post('/chat/~register/', { ...form, username: 'Gardener', password });

    expect([answer.status, answer.location]).toEqual([303, '/chat/garden/']);
    expect(await me(browser)).toEqual({ id: before.id, name: before.name });
    const { body } = await call(chat, '/api/rooms/garden/messages');
    expect((body['messages'] as Message[])[0]?.user).toEqual({ id: before.id, name: before.name });
  });

  it.each([
    ['taken', { username: 'First', password }, 409, 'in use'],
    ['taken by one that looks like it', { username: 'F1RST', password }, 409, 'in use'],
    ['no name', { username: 'a b', password }, 400, 'a name is'],
    ['a short password', { username: 'Second', password: 'short' }, 400, 'at least 8'],
    ['a common one', { username: 'Second', password: 'password123' }, 400, 'too easy to guess'],
  ])(
    'says beside the field what is wrong, and keeps what was typed: %s',
    async (_name, fields, status, words) => {
      await register(chat.url, 'First').catch(() => undefined);
      const page = await new Browser(chat.url).post('/chat/~register/', fields);
      expect(page.status).toBe(status);
      expect(textOf(page).toLowerCase()).toContain(words.toLowerCase());
      expect(page.html).toMatch(/aria-invalid="true"/);
      expect(formOf(page, '/chat/~register/').username).toBe(fields.username);
      expect(page.html).not.toContain(fields.password);
    },
  );
});

describe('signing in without a script', () => {
  it('leads back, and signing out ends it everywhere the cookie went', async () => {
    await register(chat.url, 'Inge');
    const browser = new Browser(chat.url);
    const answer = await browser.post('/chat/~sign-in/', {
      username: 'inge',
      password,
      next: '/chat/garden/',
    });
    expect([answer.status, answer.location]).toEqual([303, '/chat/garden/']);
    expect((await me(browser)).name).toBe('Inge');
    const stolen = browser.cookie;
    expect((await browser.post('/chat/~sign-out/', {})).location).toBe('/chat/~sign-in/');
    const { status } = await call(chat, '/api/me', { headers: { cookie: stolen } });
    expect(status).toBe(401);
  });

  it('with a wrong password keeps the name, and never the password', async () => {
    const wrong = 'wrong horse battery';
    const page = await new Browser(chat.url).post('/chat/~sign-in/', { username: 'Inge', password: wrong });
    expect([page.status, formOf(page, '/chat/~sign-in/').username]).toEqual([401, 'Inge']);
    expect(textOf(page)).toContain('The name or the password is wrong.');
    expect(page.html).not.toContain(wrong);
  });

  it.each(['//evil.example', 'https://evil.example/chat/', '/api/me', 'javascript:alert(1)'])(
    'never leads to another place: %s',
    async (next) => {
      await register(chat.url, 'Lead').catch(() => undefined);
      const { location } = await new Browser(chat.url).post('/chat/~sign-in/', {
        username: 'Lead',
        password,
        next,
      });
      expect(location).toBe('/chat/');
    },
  );

  it('says when to come back after too many wrong passwords', async () => {
    await using limited = await startChat({ env: { RATE_LIMIT: true } });
    await register(limited.url, 'Ann');
    const guess = () =>
      new Browser(limited.url).post('/chat/~sign-in/', { username: 'Ann', password: 'wrong one!' });
    for (let n = 0; n < 5; n++) expect((await guess()).status).toBe(401);
    const refused = await guess();
    expect([refused.status, textOf(refused)]).toEqual([
      429,
      expect.stringContaining('Too many wrong passwords'),
    ]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('is refused with 503 where too many do it at once, and works after that', async () => {
    const guess = () => new Browser(chat.url).post('/chat/~sign-in/', { username: 'Nobody', password });
    const statuses = (await Promise.all(Array.from({ length: 90 }, guess))).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401, 503]));
    expect((await guess()).status).toBe(401);
  });
});

describe('a form on somebody else’s page', () => {
  it.each<[string, Record<string, string>]>([
    ['from another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['from a sandbox', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['same-site', { origin: '', 'sec-fetch-site': 'same-site' }],
    ['that says nothing', { origin: '', 'sec-fetch-site': '' }],
  ])('%s neither signs in nor out, registers nor changes anything', async (name, headers) => {
    const browser = await register(chat.url, `Form-${name.replace(/\W/g, '')}`);
    const before = await me(browser);
    const forms: [string, Record<string, string>][] = [
      ['~sign-in/', { username: 'Inge', password }],
      ['~register/', { username: 'Forged', password }],
      ['~sign-out/', {}],
      ['~reset/', { token: 'x', password }],
      ['~account/profile/', { name: 'Forged', status: 'forged' }],
      ['~account/password/', { currentPassword: password, newPassword: 'forged password' }],
      ['~account/picture/remove/', {}],
      ['~account/sessions/', { end: 'everywhere' }],
      ['~account/service/', { step: 'connect' }],
      ['~account/two-factor/', { step: 'begin', confirmPassword: password }],
      ['~account/keys/', { keyName: 'forged' }],
      ['~admin/', { action: 'ban', user: before.id }],
    ];
    for (const [path, fields] of forms) {
      expect([path, (await browser.post(`/chat/${path}`, fields, headers)).status]).toEqual([path, 403]);
      const noCookie = await new Browser(chat.url).post(`/chat/${path}`, fields, headers);
      expect([path, noCookie.status]).toEqual([path, 403]);
    }
    expect(await me(browser)).toEqual(before);
  });

  it('cannot do by a link what takes a form', async () => {
    const browser = await register(chat.url, 'Linked');
    const before = await me(browser);
    for (const path of ['~sign-out/', '~account/sessions/?end=everywhere', '~account/profile/?name=Forged'])
      expect((await browser.get(`/chat/${path}`)).status).toBeGreaterThanOrEqual(400);
    expect(await me(browser)).toEqual(before);
  });
});
