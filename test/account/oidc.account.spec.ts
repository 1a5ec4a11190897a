import { describe, expect, it } from 'vitest';
import { Auth } from '../../src/auth/better-auth.js';
import type { AuditEvent } from '../../src/protocol/index.js';
import { call, textOf } from '../web/visitor.js';
import { Browser, password, register } from './browser-without-script.js';
import { connect, house, leave, me, signIn } from './oidc.house.js';
import { passProvider } from './oidc.provider.js';
import { secure } from './secure.js';
import { totp } from './totp.js';

describe('another service, for an account', () => {
  it('asks for the second factor of who has one here, and nothing is open before', async () => {
    await using it = await house({ 'u-20': 'Tess' });
    const first = new Browser(it.chat.url);
    await signIn(first, 'u-20');
    const { secret } = await secure(first);
    const browser = new Browser(it.chat.url);
    const answer = await signIn(browser, 'u-20', '/chat/garden/');
    expect([answer.status, answer.location]).toEqual([302, '/chat/~code/?next=%2Fchat%2Fgarden%2F']);
    expect((await browser.get('/chat/~account/')).location).toContain('~sign-in');
    expect((await browser.post('/chat/~code/', { code: '000000' })).status).toBe(401);
    const right = await browser.post('/chat/~code/', { code: totp(secret), next: '/chat/garden/' });
    expect([right.status, right.location]).toEqual([303, '/chat/garden/']);
    expect(await me(browser)).toEqual(await me(first));
    expect((await first.post('/chat/~account/two-factor/', { step: 'off' })).status).toBe(303);
    const again = new Browser(it.chat.url);
    expect((await signIn(again, 'u-20')).location).not.toContain('~code');
  });

  it('is worth nothing behind a password that was changed before the second factor came', async () => {
    await using it = await house();
    const ann = await register(it.chat.url, 'Ann');
    await connect(ann, 'u-21');
    const { secret } = await secure(ann, password);
    const thief = new Browser(it.chat.url);
    await signIn(thief, 'u-21');
    const changed = { currentPassword: password, newPassword: 'another battery horse' };
    expect((await ann.post('/chat/~account/password/', changed)).status).toBe(303);
    await thief.post('/chat/~code/', { code: totp(secret) });
    expect((await thief.get('/chat/~account/')).location).toContain('~sign-in');
  });

  it('is connected to an account that is there, signs in the same person, and is let go of', async () => {
    await using it = await house({ 'u-22': 'Annabel' });
    const ann = await register(it.chat.url, 'Ann');
    const { id } = await me(ann);
    const done = await connect(ann, 'u-22');
    expect(new URL(done.location, it.chat.url).search).toBe('?done=connected');
    expect(textOf(await ann.get(done.location))).toContain(
      'From now on you may sign in by that service, too.',
    );
    const elsewhere = new Browser(it.chat.url);
    await signIn(elsewhere, 'u-22');
    expect(await me(elsewhere)).toEqual({ id, name: 'Ann' });

    const bob = await register(it.chat.url, 'Bob');
    const refused = await connect(bob, 'u-22');
    expect(textOf(await bob.get(refused.location))).toContain('Somebody here is signed in by that account');
    expect((await bob.post('/chat/~account/service/', { step: 'disconnect' })).status).toBe(303);

    expect((await ann.post('/chat/~account/service/', { step: 'disconnect' })).status).toBe(303);
    const stranger = new Browser(it.chat.url);
    await signIn(stranger, 'u-22');
    expect(await me(stranger)).toMatchObject({ name: 'Annabel' });
    const { body } = await call(it.chat, '/api/admin/audit', { headers: { cookie: ann.cookie } });
    const kinds = (body['events'] as AuditEvent[]).map(({ kind, actor }) => `${kind} ${actor?.name}`);
    expect(kinds).toEqual(expect.arrayContaining(['service_connected Ann', 'service_disconnected Ann']));
    expect(kinds).not.toContain('service_connected Bob');
    expect(kinds).not.toContain('service_disconnected Bob');
  });

  it('stays the only way in of who has no password, and is nothing for guests', async () => {
    await using it = await house();
    const browser = new Browser(it.chat.url);
    await signIn(browser, 'u-23');
    const { id } = await me(browser);
    await browser.post('/chat/~account/service/', { step: 'disconnect' });
    const again = new Browser(it.chat.url);
    await signIn(again, 'u-23');
    expect((await me(again)).id).toBe(id);
    const guest = new Browser(it.chat.url);
    await guest.get('/chat/');
    expect((await guest.post('/chat/~account/service/', { step: 'connect' })).location).toContain('~sign-in');
  });

  it('takes no token that did not come by its page', async () => {
    await using it = await house();
    const ann = await register(it.chat.url, 'Ann');
    const options = { method: 'POST', headers: { cookie: ann.cookie, origin: it.chat.url } };
    const body = { provider: 'oidc', callbackURL: '/chat/', idToken: { token: 'x.y.z' } };
    expect((await call(it.chat, '/api/auth/sign-in/social', { ...options, body })).body).toMatchObject({
      status: 400,
      code: 'bad_schema',
    });
    // And none but its page connects anything.
    const link = { provider: 'oidc', callbackURL: '/chat/', disableRedirect: true };
    expect((await call(it.chat, '/api/auth/link-social', { ...options, body: link })).status).toBe(404);
  });

  it('is connected by who knows the password alone, and ends with it', async () => {
    await using it = await house();
    const ann = await register(it.chat.url, 'Ann');
    // Whoever found the browser open.
    for (const servicePassword of ['', 'not the one']) {
      const refused = await ann.post('/chat/~account/service/', { step: 'connect', servicePassword });
      expect([refused.status, textOf(refused)]).toEqual([
        400,
        expect.stringContaining('This is not your password.'),
      ]);
    }
    await connect(ann, 'u-24');
    const elsewhere = new Browser(it.chat.url);
    await signIn(elsewhere, 'u-24');
    const { id } = await me(elsewhere);
    expect(id).toBe((await me(ann)).id);
    const changed = { currentPassword: password, newPassword: 'another battery horse' };
    expect((await ann.post('/chat/~account/password/', changed)).status).toBe(303);
    const again = new Browser(it.chat.url);
    await signIn(again, 'u-24');
    expect((await me(again)).id).not.toBe(id);
  });

  it('lets nobody in who comes by it at the moment in which a new password ends it', async () => {
    await using it = await house();
    const ann = await register(it.chat.url, 'Ann');
    await connect(ann, 'u-26');
    const thief = new Browser(it.chat.url);
    const back = await passProvider(await leave(thief), 'u-26');
    const { internalAdapter: store } = await it.chat.app.get(Auth).for({}).$context;
    const create = store.createSession.bind(store);
    store.createSession = async (...given) => {
      store.createSession = create;
      const changed = { currentPassword: password, newPassword: 'another battery horse' };
      expect((await ann.post('/chat/~account/password/', changed)).status).toBe(303);
      return create(...given);
    };
    await thief.get(back);
    expect((await thief.get('/chat/~account/')).location).toContain('~sign-in');
    expect((await ann.get('/chat/~account/')).status).toBe(200);
  });
});
