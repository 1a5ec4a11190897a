import { describe, expect, it } from 'vitest';
import { Browser, password, register } from '../account/browser-without-script.js';
import { previousTotp, totp } from '../account/totp.js';
import { type AuditEvent, startAudited } from './audit.house.js';

const kinds = (events: AuditEvent[]) => events.map(({ kind }) => kind).reverse();

describe('the security log', () => {
  it('tells who registered, signed in and out, and who tried in vain', async () => {
    await using it = await startAudited();
    const ann = await register(it.chat.url, 'Ann');
    const elsewhere = new Browser(it.chat.url);
    const signIn = (given: string, username = 'Ann') =>
      elsewhere.post('/chat/~sign-in/', { username, password: given });
    await signIn('not the password');
    await signIn('not the password', 'my password in the wrong field');
    await signIn(password);
    await elsewhere.post('/chat/~sign-out/', {});
    await ann.post('/chat/~account/sessions/', { end: 'everywhere' });

    const events = await it.events({ before: undefined });
    expect(kinds(events)).toEqual([
      'registered',
      'registered',
      'sign_in_failed',
      'sign_in_failed',
      'signed_in',
      'signed_out',
      'signed_out_everywhere',
    ]);
    const [everywhere, , entered, unknown, failed] = events;
    expect(everywhere).toMatchObject({ actor: { name: 'Ann' }, person: null, address: '127.0.0.1' });
    expect(entered).toMatchObject({ actor: { name: 'Ann' }, detail: { by: 'password' } });
    expect(failed).toMatchObject({ actor: null, person: { name: 'Ann' } });
    expect(unknown).toMatchObject({ actor: null, person: null });
    expect(JSON.stringify(events)).not.toMatch(/wrong field|not the password/);
  });

  it('tells who is made to wait', async () => {
    await using it = await startAudited({ RATE_LIMIT: true });
    const browser = new Browser(it.chat.url);
    for (let n = 0; n < 6; n++)
      await browser.post('/chat/~sign-in/', { username: 'Boss', password: 'not the password' });
    const [event] = await it.events({ kind: 'throttled' });
    expect(event).toMatchObject({ detail: { at: '/sign-in/username' }, address: '127.0.0.1' });
  });

  it('tells of passwords: changed, not confirmed, and reset by a link', async () => {
    await using it = await startAudited();
    const ann = await register(it.chat.url, 'Ann');
    const change = (currentPassword: string, newPassword: string) =>
      ann.post('/chat/~account/password/', { currentPassword, newPassword });
    await change('not the password', 'nine ladies dancing');
    await change(password, 'nine ladies dancing');
    const page = await it.act('reset', await it.idOf(ann));
    const token = /token=([\w-]+)/.exec(page.html)?.[1] ?? '';
    const next = { token, password: 'ten lords a leaping' };
    await new Browser(it.chat.url).post('/chat/~reset/', next);
    const events = (await it.events({})).slice(0, 4);
    expect(kinds(events)).toEqual([
      'password_not_confirmed',
      'password_changed',
      'reset_link_made',
      'reset_link_used',
    ]);
    expect(events[1]).toMatchObject({ actor: { name: 'Boss' }, person: { name: 'Ann' } });
    expect(JSON.stringify(events)).not.toContain(token);
  });

  it('tells of the second factor: on, wrong, by a recovery code, off', async () => {
    await using it = await startAudited();
    const ann = await register(it.chat.url, 'Ann');
    const path = '/chat/~account/two-factor/';
    const setup = await ann.post(path, { step: 'begin', confirmPassword: password });
    const secret = /otpauth:[^"]*[?&;]secret=(\w+)/.exec(setup.html)?.[1] ?? '';
    const code = String(/<li[^>]*><code>([\w-]+)<\/code>/.exec(setup.html)?.[1]);
    await ann.post(path, { step: 'confirm', code: await previousTotp(secret) });
    for (const given of ['000000', totp(secret), code]) {
      const browser = new Browser(it.chat.url);
      await browser.post('/chat/~sign-in/', { username: 'Ann', password });
      await browser.post('/chat/~code/', { code: given });
    }
    await ann.post(path, { step: 'codes', confirmPassword: password });
    await ann.post(path, { step: 'off', confirmPassword: password });
    const events = (await it.events({ person: 'Ann' })).slice(0, -1);
    expect(events.map(({ kind, detail }) => [kind, detail['by']]).reverse()).toEqual([
      ['second_factor_on', undefined],
      ['second_factor_failed', undefined],
      ['signed_in', 'code'],
      ['recovery_code_used', undefined],
      ['signed_in', 'recovery code'],
      ['recovery_codes_made', undefined],
      ['second_factor_off', undefined],
    ]);
    expect(JSON.stringify(events)).not.toContain(code);
  });

  it('tells of keys, made and revoked, and not what they are', async () => {
    await using it = await startAudited();
    const path = '/chat/~account/keys/';
    const made = await it.admin.post(path, { keyName: 'a bot' });
    const key = /chat_[A-Za-z]{64}/.exec(made.html)?.[0] ?? '';
    const id = /name="revoke" value="([^"]+)"/.exec(made.html)?.[1] ?? '';
    expect([key, id]).not.toContain('');
    await it.admin.post(path, { revoke: id });
    const [revoked, created] = await it.events({});
    expect(created).toMatchObject({ kind: 'api_key_made', detail: { key: id } });
    expect(revoked).toMatchObject({ kind: 'api_key_revoked', detail: { key: id } });
    expect(JSON.stringify(await it.events({}))).not.toContain(key.slice(0, 10));
  });

  it('tells what administrators do to whom, and who asks for what is theirs', async () => {
    await using it = await startAudited();
    const ann = await register(it.chat.url, 'Ann');
    const user = await it.idOf(ann);
    const actions = ['disable', 'enable', 'ban', 'unban', 'promote', 'demote'];
    for (const action of actions) await it.act(action, user, { days: '7', reason: 'a long story' });
    await new Browser(it.chat.url).get('/chat/~admin/');
    const events = await it.events({});
    expect(kinds(events).slice(-7)).toEqual([
      'account_disabled',
      'account_enabled',
      'banned',
      'unbanned',
      'administrator_made',
      'administrator_unmade',
      'administration_refused',
    ]);
    for (const event of events.slice(1, 7))
      expect(event).toMatchObject({ actor: { name: 'Boss' }, person: { id: user } });
    expect(events[4]?.detail).toEqual({ days: 7 });
    expect(JSON.stringify(events)).not.toContain('a long story');
  });

  it('tells of pages elsewhere that made a browser ask, over HTTP and for a socket', async () => {
    await using it = await startAudited();
    const origin = 'https://evil.example';
    expect((await it.admin.post('/chat/~sign-out/', {}, { origin })).status).toBe(403);
    await it.refusedSocket({ cookie: it.admin.cookie, origin });
    await expect
      .poll(async () => (await it.events({ kind: 'request_forged' })).map(({ detail }) => detail['on']))
      .toEqual(['socket', 'page']);
  });
});
