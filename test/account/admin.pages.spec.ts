import { describe, expect, it } from 'vitest';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { call, textOf } from '../web/visitor.js';
import { Browser, password, register } from './browser-without-script.js';
import { totp } from './totp.js';

const path = '/chat/~admin/';

async function idOf(chat: RunningChat, { cookie }: Browser): Promise<string> {
  const { body } = await call(chat, '/api/me', { headers: { cookie } });
  return (body['user'] as { id: string }).id;
}

/** The first account, which administers, and another one. */
async function two(chat: RunningChat) {
  const admin = await register(chat.url, 'Boss');
  const ann = await register(chat.url, 'Ann');
  const user = await idOf(chat, ann);
  const act = (action: string, fields: Record<string, string> = {}) =>
    admin.post(path, { user, action, ...fields });
  const signIn = (given = password) =>
    new Browser(chat.url).post('/chat/~sign-in/', { username: 'Ann', password: given });
  return { admin, ann, user, act, signIn };
}

describe('the people page', () => {
  it('is not there for anybody but an administrator', async () => {
    await using chat = await startChat();
    const { admin, ann, user } = await two(chat);
    const nobody = new Browser(chat.url);
    const missing = await ann.get('/chat/~nothing/');
    for (const browser of [ann, nobody]) {
      expect((await browser.get(path)).status).toBe(404);
      expect((await browser.post(path, { user, action: 'promote' })).status).toBe(404);
    }
    expect(missing.status).toBeGreaterThanOrEqual(400);
    expect(textOf(await admin.get(path))).toContain('administrator');
  });

  it('finds people by a part of their name, and leaves guests out until they are asked for', async () => {
    await using chat = await startChat();
    const { admin } = await two(chat);
    await new Browser(chat.url).get('/chat/');
    expect(textOf(await admin.get(`${path}?q=an`))).toMatch(/Ann.*since/);
    expect(textOf(await admin.get(`${path}?q=zzz`))).toContain('Nobody');
    expect(textOf(await admin.get(`${path}?q=%25`))).not.toContain('Nobody');
    expect(textOf(await admin.get(path))).not.toContain('guest ');
    expect(textOf(await admin.get(`${path}?guests=on`))).toContain('guest');
  });
});

describe('an administrator', () => {
  it('gives a link by which a new password is chosen, once', async () => {
    await using chat = await startChat();
    const { act, ann, signIn } = await two(chat);
    const page = await act('reset');
    const link = /http:\/\/[^<\s]*\/chat\/~reset\/\?token=[\w-]{43}/.exec(page.html)?.[0] ?? '';
    expect(link.startsWith(`${chat.url}/chat/~reset/`)).toBe(true);
    const later = /token=([\w-]+)/.exec((await act('reset')).html)?.[1] ?? '';
    expect((await new Browser(chat.url).get(link)).status).toBe(404);

    const browser = new Browser(chat.url);
    const form = await browser.get(`/chat/~reset/?token=${later}`);
    expect([form.status, form.headers.get('referrer-policy')]).toEqual([200, 'no-referrer']);
    const weak = await browser.post('/chat/~reset/', { token: later, password: 'password1' });
    expect([weak.status, textOf(weak)]).toEqual([400, expect.stringContaining('easy to guess')]);
    const next = 'nine ladies dancing';
    expect((await browser.post('/chat/~reset/', { token: later, password: next })).location).toBe(
      '/chat/~sign-in/',
    );

    expect((await signIn()).status).toBe(401);
    expect((await signIn(next)).status).toBe(303);
    expect((await ann.get('/chat/~account/')).location).toContain('~sign-in');
    expect(
      (await browser.post('/chat/~reset/', { token: later, password: 'ten lords a leaping' })).status,
    ).toBe(404);
  });

  it('disables an account, which is out at once, and in again when enabled', async () => {
    await using chat = await startChat();
    const { act, ann, signIn } = await two(chat);
    const open = await chat.connect(undefined, { headers: { cookie: ann.cookie, origin: chat.url } });
    await act('disable');
    expect((await open.closed).code).toBe(4502);
    expect((await call(chat, '/api/me', { headers: { cookie: ann.cookie } })).status).toBe(401);
    const refused = await signIn();
    expect([refused.status, textOf(refused)]).toEqual([403, expect.stringContaining('switched off')]);
    expect((await signIn('not the password')).status).toBe(401);
    await act('enable');
    expect((await signIn()).status).toBe(303);
  });

  it('bans with a reason for some days, and lifts it', async () => {
    await using chat = await startChat();
    const { act, ann, signIn, admin } = await two(chat);
    const open = await chat.connect(undefined, { headers: { cookie: ann.cookie, origin: chat.url } });
    await act('ban', { reason: 'spam', days: '7' });
    expect((await open.closed).code).toBe(4502);
    const refused = await signIn();
    expect([refused.status, textOf(refused)]).toEqual([
      403,
      expect.stringMatching(/banned .*until .*: spam/),
    ]);
    expect(textOf(await admin.get(path))).toContain('banned until');
    await act('unban');
    expect((await signIn()).status).toBe(303);
  });

  it('switches off a second factor that somebody lost, who is out and in again by the password', async () => {
    await using chat = await startChat();
    const { act, ann, signIn, admin } = await two(chat);
    const factor = '/chat/~account/two-factor/';
    const setup = await ann.post(factor, { step: 'begin', confirmPassword: password });
    const secret = /otpauth:[^"]*[?&;]secret=(\w+)/.exec(setup.html)?.[1] ?? '';
    await ann.post(factor, { step: 'confirm', code: totp(secret) });
    expect((await signIn()).location).toContain('~code');
    const label = 'Switch off the second factor';
    expect(textOf(await admin.get(path)).split(label)).toHaveLength(2);
    const open = await chat.connect(undefined, { headers: { cookie: ann.cookie, origin: chat.url } });
    expect((await act('second-factor-off')).location).toContain('done=second-factor-off');
    expect((await open.closed).code).toBe(4501);
    expect((await signIn()).location).toBe('/chat/');
    expect(textOf(await admin.get(path))).not.toContain(label);
  });

  it('bans a guest, whose sign-in is over', async () => {
    await using chat = await startChat();
    const { admin } = await two(chat);
    const guest = await chat.connect('Pest');
    await admin.post(path, { user: guest.user.id, action: 'ban', days: '' });
    expect((await guest.closed).code).toBe(4502);
  });

  it('makes another one, but does nothing of it to themselves', async () => {
    await using chat = await startChat();
    const { admin, ann, act } = await two(chat);
    const boss = await idOf(chat, admin);
    for (const action of ['disable', 'ban', 'demote'])
      expect((await admin.post(path, { user: boss, action, days: '' })).status).toBe(403);
    await act('promote');
    expect((await ann.get(path)).status).toBe(200);
    expect((await ann.post(path, { user: boss, action: 'demote' })).status).toBe(303);
    expect((await admin.get(path)).status).toBe(404);
  });

  it('is told of what cannot be', async () => {
    await using chat = await startChat();
    const { act, admin } = await two(chat);
    expect((await act('explode')).status).toBe(400);
    expect((await act('ban', { days: '-1' })).status).toBe(400);
    expect((await admin.post(path, { user: 'nobody', action: 'ban', days: '' })).status).toBe(404);
    expect((await admin.get(`${path}?page=-1&q=${'x'.repeat(500)}`)).status).toBe(200);
  });
});
