import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { call, textOf } from '../web/visitor.js';
import { Browser, password, register } from './browser-without-script.js';
import { secure } from './secure.js';
import { totp } from './totp.js';

let chat: RunningChat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.close());

const home = '/chat/~account/';
const path = `${home}two-factor/`;

async function signIn(username: string): Promise<Browser> {
  const browser = new Browser(chat.url);
  // As anybody who looked around before: a guest.
  await browser.get('/chat/');
  const answer = await browser.post('/chat/~sign-in/', { username, password, next: '/chat/after/' });
  expect(answer.location).toBe('/chat/~code/?next=%2Fchat%2Fafter%2F');
  return browser;
}

const isIn = async (browser: Browser) => (await browser.get(home)).status === 200;

describe('a second factor', () => {
  it('is asked for after the password, and nothing is open before', async () => {
    const { secret } = await secure(await register(chat.url, 'Tess'), password);
    const browser = await signIn('Tess');
    expect(await isIn(browser)).toBe(false);
    const wrong = await browser.post('/chat/~code/', { code: '000000' });
    expect([wrong.status, textOf(wrong)]).toEqual([401, expect.stringContaining('This code is wrong')]);
    // A page opened meanwhile makes this browser a guest's; the code is still about Tess.
    await browser.get('/chat/');
    const right = await browser.post('/chat/~code/', { code: totp(secret), next: '/chat/after/' });
    expect([right.status, right.location]).toEqual([303, '/chat/after/']);
    expect(await isIn(browser)).toBe(true);
  });

  it('takes each code once, says so, and takes the next one', async () => {
    const { secret } = await secure(await register(chat.url, 'Nell'), password);
    const code = totp(secret);
    const first = await signIn('Nell');
    expect((await first.post('/chat/~code/', { code })).status).toBe(303);
    const second = await signIn('Nell');
    const again = await second.post('/chat/~code/', { code });
    expect([again.status, textOf(again)]).toEqual([
      401,
      expect.stringContaining('This code was used already.'),
    ]);
    expect(await isIn(second)).toBe(false);
    expect((await second.post('/chat/~code/', { code: totp(secret, 1) })).status).toBe(303);
    expect(await isIn(second)).toBe(true);
  });

  it('may be a recovery code, once', async () => {
    const { codes } = await secure(await register(chat.url, 'Rico'), password);
    const code = String(codes[3]);
    const first = await signIn('Rico');
    expect((await first.post('/chat/~code/', { code })).status).toBe(303);
    expect(await isIn(first)).toBe(true);
    const second = await signIn('Rico');
    expect((await second.post('/chat/~code/', { code })).status).toBe(401);
    expect(await isIn(second)).toBe(false);
  });

  it('is not guessed: after five wrong codes one starts again', async () => {
    const { secret } = await secure(await register(chat.url, 'Gus'), password);
    const browser = await signIn('Gus');
    for (let n = 0; n < 5; n++)
      expect((await browser.post('/chat/~code/', { code: '000000' })).status).toBe(401);
    expect((await browser.post('/chat/~code/', { code: totp(secret) })).status).toBeGreaterThanOrEqual(400);
    expect(await isIn(browser)).toBe(false);
  });

  it('takes the password to turn on and off, and then the password is enough again', async () => {
    const browser = await register(chat.url, 'Opt');
    const wrong = await browser.post(path, { step: 'begin', confirmPassword: 'not the one' });
    expect([wrong.status, textOf(wrong)]).toEqual([
      400,
      expect.stringContaining('This is not your password.'),
    ]);
    await secure(browser, password);
    expect((await browser.post(path, { step: 'off', confirmPassword: 'not the one' })).status).toBe(400);
    expect((await browser.post(path, { step: 'off', confirmPassword: password })).status).toBe(303);
    const again = await new Browser(chat.url).post('/chat/~sign-in/', { username: 'Opt', password });
    expect(again.location).toBe('/chat/');
  });

  it('is not there where it is switched off', async () => {
    await using without = await startChat({ env: { TWO_FACTOR: false, API_KEYS: false } });
    const browser = await register(without.url, 'Ann');
    expect((await browser.post(path, { step: 'begin', confirmPassword: password })).status).toBe(404);
    expect((await browser.post(`${home}keys/`, { keyName: 'Bot' })).status).toBe(404);
    for (const route of ['two-factor/enable', 'api-key/create'])
      expect((await call(without, `/api/auth/${route}`, { method: 'POST', body: {} })).status).toBe(404);
    const page = await browser.get(home);
    for (const words of ['Second factor', 'API keys']) expect(textOf(page)).not.toContain(words);
  });
});

describe('a key for a bot', () => {
  const make = async (browser: Browser, keyName = 'Weather') => {
    const page = await browser.post(`${home}keys/`, { keyName });
    expect(page.status).toBe(200);
    return String(/chat_[A-Za-z]{64}/.exec(page.html)?.[0]);
  };

  it('is its person over HTTP and on the socket, as a bearer and in a header of its own', async () => {
    const browser = await register(chat.url, 'Keeper');
    const key = await make(browser);
    const ways: Record<string, string>[] = [{ authorization: `Bearer ${key}` }, { 'x-api-key': key }];
    for (const headers of ways) {
      const me = await call(chat, '/api/me', { headers });
      expect(me.body).toMatchObject({ user: { name: 'Keeper' } });
      const bot = await chat.connect(undefined, { headers });
      expect(bot.user.name).toBe('Keeper');
      await bot.request('message.send', { room: 'bots', text: 'hi', clientId: crypto.randomUUID() });
    }
    expect(textOf(await browser.get(home))).toContain('Weather');
    expect((await browser.get(home)).html).not.toContain(key);
  });

  it('is worth nothing once it is revoked, and what it had open is closed', async () => {
    const browser = await register(chat.url, 'Revoker');
    const headers = { 'x-api-key': await make(browser) };
    const bot = await chat.connect(undefined, { headers });
    const id = /name="revoke" value="([^"]+)"/.exec((await browser.get(home)).html)?.[1];
    const stranger = await register(chat.url, 'Thief');
    await stranger.post(`${home}keys/`, { revoke: String(id) });
    expect((await call(chat, '/api/me', { headers })).status).toBe(200);

    await browser.post(`${home}keys/`, { revoke: String(id) });

    expect((await bot.closed).code).toBe(4501);
    expect((await call(chat, '/api/me', { headers })).status).toBe(401);
  });

  it.each(['', 'chat_', 'chat_x', `chat_${'a'.repeat(64)}`, 'chat_'.padEnd(5_000, 'a')])(
    'that is none is nobody: %j',
    async (key) => {
      const { status } = await call(chat, '/api/me', { headers: { 'x-api-key': key } });
      expect(status).toBe(401);
    },
  );

  it('opens neither the account nor what an administrator may do', async () => {
    const headers = { 'x-api-key': await make(await register(chat.url, 'Limited')) };
    for (const page of ['~account/', '~admin/'])
      expect((await new Browser(chat.url, headers).get(`/chat/${page}`)).status).not.toBe(200);
  });
});
