import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseEnv } from '../../src/config/env.js';
import type { AuditEvent } from '../../src/protocol/index.js';
import { startChat } from '../../src/testing/index.js';
import { freePort } from '../support/free-port.js';
import { call, textOf } from '../web/visitor.js';
import { Browser, register } from './browser-without-script.js';
import { house, leave, me, messages, signIn } from './oidc.house.js';
import { passProvider } from './oidc.provider.js';

describe('signing in by another service', () => {
  it('makes an account the first time, and finds it again every other time', async () => {
    await using it = await house({ 'u-1': 'Ann Example' });
    const page = await new Browser(it.chat.url).get('/chat/~sign-in/');
    expect(textOf(page)).toContain('Continue with Acme');
    const browser = new Browser(it.chat.url);
    const answer = await signIn(browser, 'u-1', '/chat/garden/');
    expect([answer.status, new URL(answer.location, it.chat.url).pathname]).toEqual([302, '/chat/garden/']);
    const first = await me(browser);
    expect(first).toEqual({ id: first.id, name: 'Ann Example' });

    const elsewhere = new Browser(it.chat.url);
    await signIn(elsewhere, 'u-1');
    expect(await me(elsewhere)).toEqual(first);
    // The first account administers, whichever way it came.
    expect((await elsewhere.get('/chat/~admin/')).status).toBe(200);
    expect(textOf(await elsewhere.get('/chat/~account/'))).not.toContain('Change password');
  });

  it('lets a guest stay who they are, with what they said', async () => {
    await using it = await house({ 'u-2': 'Bob Example' });
    const browser = new Browser(it.chat.url);
    await browser.get('/chat/porch/');
    const guest = await me(browser);
    await browser.post('/chat/porch/', { text: 'before', clientId: randomUUID() });
    await signIn(browser, 'u-2');
    expect(await me(browser)).toEqual({ id: guest.id, name: guest.name });
    expect((await messages(it.chat, 'porch'))[0]?.user).toEqual({ id: guest.id, name: guest.name });
    const elsewhere = new Browser(it.chat.url);
    await signIn(elsewhere, 'u-2');
    expect((await me(elsewhere)).id).toBe(guest.id);
  });

  it('gives nobody a name that is somebody’s, or stands for the service', async () => {
    await using it = await house({ 'u-3': 'Carol', 'u-4': 'Administrator', 'u-5': '<script>' });
    await register(it.chat.url, 'Carol');
    const names: string[] = [];
    for (const login of ['u-3', 'u-4', 'u-5']) {
      const browser = new Browser(it.chat.url);
      await signIn(browser, login);
      names.push((await me(browser)).name);
    }
    expect(names[0]).toBe('Carol 2');
    expect(names[1]).toMatch(/^Administrator \d+$/);
    expect(names[2]).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ \d+$/);
  });

  it('keeps out who is banned', async () => {
    await using it = await house({ 'u-6': 'Dave' });
    const boss = await register(it.chat.url, 'Boss');
    const browser = new Browser(it.chat.url);
    await signIn(browser, 'u-6');
    const { id } = await me(browser);
    await boss.post('/chat/~admin/', { user: id, action: 'ban', days: '' });
    const again = new Browser(it.chat.url);
    await signIn(again, 'u-6');
    expect((await again.get('/chat/~account/')).location).toContain('~sign-in');
  });

  it('is worth nothing in another browser than it began in, and a second time', async () => {
    await using it = await house();
    const browser = new Browser(it.chat.url);
    const back = await passProvider(await leave(browser), 'u-7');
    const thief = new Browser(it.chat.url);
    const { location } = await thief.get(back);
    expect(textOf(await thief.get(location))).toContain('Signing in by Acme did not work.');
    expect((await thief.get('/chat/~account/')).location).toContain('~sign-in');
    const late = new Browser(it.chat.url);
    await browser.get(back);
    await late.get(back);
    expect((await late.get('/chat/~account/')).location).toContain('~sign-in');
  });

  it('is a sentence where the service cannot be reached', async () => {
    const it = await house();
    await it.provider[Symbol.asyncDispose]();
    const page = await new Browser(it.chat.url).post('/chat/~service/', {});
    expect([page.status, textOf(page)]).toEqual([503, expect.stringContaining('Acme cannot be reached')]);
    await it.chat.close();
  });

  it('keeps nobody else waiting where the service accepts connections and never answers', async () => {
    const waiting = new Set<Socket>();
    const silent = createServer((socket) => void waiting.add(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const issuer = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const port = await freePort();
    const oidc = { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'chat', OIDC_CLIENT_SECRET: 'x', OIDC_NAME: 'Acme' };
    const url = `http://127.0.0.1:${port}`;
    await using chat = await startChat({ env: { PORT: port, PUBLIC_URL: url, ...oidc } });
    expect((await new Browser(chat.url).get('/chat/')).status).toBe(200);
    await register(chat.url, 'Ann');
    expect(waiting.size).toBe(0);
    const page = await new Browser(chat.url).post('/chat/~service/', {});
    expect([page.status, textOf(page)]).toEqual([503, expect.stringContaining('Acme cannot be reached')]);
    for (const socket of waiting) socket.destroy();
    silent.close();
  });

  it('is in the security log: the first time, and every time', async () => {
    await using it = await house({ 'u-8': 'Hanna' });
    const browser = new Browser(it.chat.url);
    await signIn(browser, 'u-8');
    await signIn(new Browser(it.chat.url), 'u-8');
    const { body } = await call(it.chat, '/api/admin/audit', { headers: { cookie: browser.cookie } });
    const events = (body['events'] as AuditEvent[]).map(({ kind, actor, detail }) => [
      kind,
      actor?.name,
      detail['by'],
    ]);
    expect(events).toEqual([
      ['signed_in', 'Hanna', 'service'],
      ['signed_in', 'Hanna', 'service'],
      ['service_linked', 'Hanna', undefined],
    ]);
  });

  it('is not there where it is not configured', async () => {
    await using chat = await startChat();
    const browser = new Browser(chat.url);
    expect(textOf(await browser.get('/chat/~sign-in/'))).not.toContain('Continue with');
    expect((await browser.post('/chat/~service/', {})).status).toBe(404);
    expect((await call(chat, '/api/auth/callback/oidc')).status).toBe(404);
  });

  it('is configured whole or not at all', () => {
    expect(() => parseEnv({ OIDC_ISSUER: 'https://login.example' })).toThrow(/PUBLIC_URL[^]*OIDC_CLIENT_ID/);
    expect(() => parseEnv({ OIDC_ISSUER: 'login.example' })).toThrow(/OIDC_ISSUER/);
  });
});
