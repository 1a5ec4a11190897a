import { describe, expect, it, vi } from 'vitest';
import { bearerOf, cookieOf, secret, sqlitePlace } from './auth.house.js';
import { serve, setCookies } from './auth.server.js';

const signIn = '/api/auth/sign-in/anonymous';
const canary = 'canary-5f1c9d';

describe('signing in as a guest', () => {
  it('sets one cookie that pages, sockets and this API take for the same person', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place);
    const answer = await server.http.post(signIn).expect(200).expect('cache-control', 'no-store');
    expect(setCookies(answer)).toEqual([
      expect.stringMatching(/^chat\.session_token=\S+; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    const cookie = cookieOf(setCookies(answer));
    const { id, name } = answer.body.user;
    expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ \d{3}$/);
    const session = await server.http.get('/api/auth/get-session').set('cookie', cookie).expect(200);
    expect(session.body.user).toMatchObject({ id, name, isAnonymous: true });
    expect(await server.provider.identify({ headers: { cookie } })).toMatchObject({
      user: { id, name, guest: true },
    });
  });

  it('sets a Secure cookie with the __Host- prefix behind a proxy that speaks https', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place);
    const secure =
      /^__Host-chat\.session_token=\S+; Max-Age=7776000; Path=\/; HttpOnly; Secure; SameSite=Lax$/;
    const answer = await server.http.post(signIn).set('x-forwarded-proto', 'https').expect(200);
    expect(setCookies(answer)).toEqual([expect.stringMatching(secure)]);
  });

  it('sets it Secure where PUBLIC_URL is https, whatever the request looks like', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place, { baseURL: 'https://chat.example' });
    const answer = await server.http.post(signIn).set('origin', 'https://chat.example').expect(200);
    expect(setCookies(answer)[0]).toMatch(/^__Host-chat\.session_token=.*; Secure/);
  });

  it('works for programs, which send the same value as a bearer', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place);
    const answer = await server.http.post(signIn).expect(200);
    const authorization = bearerOf(setCookies(answer));
    const session = await server.http.get('/api/auth/get-session').set({ authorization }).expect(200);
    expect(session.body.user.id).toBe(answer.body.user.id);
    await server.http.post('/api/auth/sign-out').set({ authorization }).expect(200);
    const again = server.provider.identify({ headers: { authorization } });
    await expect(again).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('is not there where guests are off', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place, { guests: false });
    await server.http.post(signIn).expect(404);
    expect(await server.people()).toBe(0);
  });

  it('is limited per address, and says when to come back', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place, { rateLimit: true });
    const from = (address: string) => server.http.post(signIn).set('x-forwarded-for', address);
    for (let n = 0; n < 300; n += 1) await from('203.0.113.7').expect(200);
    const refused = await from('203.0.113.7').expect(429);
    expect(Number(refused.get('retry-after'))).toBeGreaterThan(0);
    await from('203.0.113.7, 198.51.100.1').expect(200);
  });
});

describe('signing out', () => {
  it('ends the sign-in at once, also where it was just used, and takes the cookie away', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place);
    const cookie = cookieOf(setCookies(await server.http.post(signIn)));
    await server.provider.identify({ headers: { cookie } });
    const out = server.http.post('/api/auth/sign-out').set({ cookie, origin: server.origin });
    expect(setCookies(await out.expect(200))[0]).toMatch(
      /^chat\.session_token=; Max-Age=0; Path=\/; HttpOnly/,
    );
    await expect(server.provider.identify({ headers: { cookie } })).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    const session = await server.http.get('/api/auth/get-session').set('cookie', cookie).expect(200);
    expect(session.body).toBeNull();
  });
});

describe('signing out while the database is away', () => {
  it('is not said to have worked', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place);
    const cookie = cookieOf(setCookies(await server.http.post(signIn)));
    await server.database.close();
    const out = await server.http.post('/api/auth/sign-out').set({ cookie, origin: server.origin });
    expect(out.status).toBeGreaterThanOrEqual(500);
    expect(setCookies(out)).toEqual([]);
  });
});

describe('a foreign page', () => {
  const foreign = { origin: 'https://evil.example' };

  it('can sign nobody in or out', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place, { trustedOrigins: ['https://*.example'] });
    const cookie = cookieOf(setCookies(await server.http.post(signIn)));
    await server.http
      .post('/api/auth/sign-out')
      .set({ ...foreign, cookie })
      .expect(403);
    await server.http.post('/api/auth/sign-out').set({ cookie }).expect(403);
    await server.http.post(signIn).set(foreign).expect(403);
    await server.http.post(signIn).set('sec-fetch-site', 'cross-site').expect(403);
    expect(await server.people()).toBe(1);
    expect(await server.provider.identify({ headers: { cookie } })).not.toBeNull();
  });

  it('may where ALLOWED_ORIGINS names it', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place, { trustedOrigins: [foreign.origin] });
    await server.http.post(signIn).set(foreign).expect(200);
    expect(await server.people()).toBe(1);
  });
});

describe('what is not meant', () => {
  it.each([
    '/sign-in/email',
    '/request-password-reset',
    '/reset-password',
    '/sign-in/social',
    '/delete-anonymous-user',
    '/update-user',
  ])('%s is not there', async (path) => {
    await using place = await sqlitePlace();
    await using server = await serve(place);
    const body = { email: 'ann@example.com', password: canary, name: 'Ann' };
    const answer = await server.http.post(`/api/auth${path}`).send(body).expect(404);
    expect(answer.text).not.toContain(canary);
    expect(await server.people()).toBe(0);
  });

  it('a token in the address is nobody', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place);
    const token = cookieOf(setCookies(await server.http.post(signIn))).replace(/^[^=]*=/, '');
    const query = `token=${token}&access_token=${token}&session_token=${token}`;
    const session = await server.http.get(`/api/auth/get-session?${query}`).expect(200);
    expect(session.body).toBeNull();
  });

  it('a Host that is no address is refused', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place);
    await server.http.post(signIn).set('host', 'a b').expect(400);
    expect(await server.people()).toBe(0);
  });

  it('is answered without secrets, however it is malformed', async () => {
    await using place = await sqlitePlace();
    await using server = await serve(place);
    const cookie = cookieOf(setCookies(await server.http.post(signIn)));
    using onConsole = vi.spyOn(console, 'error');
    const token = decodeURIComponent(cookie.replace(/^[^=]*=/, ''));
    const post = (path: string) => server.http.post(path).set({ cookie, origin: server.origin });
    const answers = await Promise.all([
      post('/api/auth/sign-out').send({ callbackURL: { [canary]: canary }, disableRedirect: canary }),
      post('/api/auth/sign-out').type('form').send({ callbackURL: canary }),
      post('/api/auth/sign-out').type('json').send(`{"a": "${canary}`),
      post('/api/auth/sign-out').send({ callbackURL: `https://evil.example/${canary}` }),
      server.http.get('/api/auth/sign-out').set('cookie', cookie),
      server.http
        .post(signIn)
        .set({ origin: `https://${canary}.example`, cookie: `chat.session_token=${canary}` }),
      server.http.get('/api/auth/get-session').set('authorization', `Bearer ${canary}.${canary}`),
    ]);
    expect(server.logged()).toContain('Invalid origin');
    expect(onConsole).not.toHaveBeenCalled();
    expect(answers.map(({ status }) => status)).toEqual([400, 415, 400, 403, 405, 403, 200]);
    for (const text of [...answers.map((answer) => answer.text), server.logged()]) {
      for (const hidden of [canary, token, secret]) expect(text).not.toContain(hidden);
    }
    for (const { text } of answers) expect(text).not.toContain('node_modules');
  });
});
