import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { AuthProvider } from '../../src/auth/auth-provider.js';
import { Auth } from '../../src/auth/better-auth.js';
import { ConnectionRegistry } from '../../src/socket/connection.registry.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { Browser, password, register } from '../account/browser-without-script.js';

const socketOf = (chat: RunningChat, { cookie }: Browser) =>
  chat.connect(undefined, { headers: { cookie, origin: chat.url } });

async function elsewhere(chat: RunningChat, username: string): Promise<Browser> {
  const browser = new Browser(chat.url);
  await browser.post('/chat/~sign-in/', { username, password });
  return browser;
}

describe('open sockets', () => {
  it('of a sign-in that ends are closed with 4501, and no others', async () => {
    await using chat = await startChat();
    const here = await register(chat.url, 'Ann');
    const there = await elsewhere(chat, 'Ann');
    const [one, two, other] = [
      await socketOf(chat, here),
      await socketOf(chat, here),
      await socketOf(chat, there),
    ];
    await here.post('/chat/~sign-out/', {});
    expect((await one.closed).code).toBe(4501);
    expect((await two.closed).code).toBe(4501);
    await other.nothing();
  });

  it('are all closed by signing out everywhere, and by a new password but here', async () => {
    await using chat = await startChat();
    const here = await register(chat.url, 'Ann');
    const there = await elsewhere(chat, 'Ann');
    const [one, other] = [await socketOf(chat, here), await socketOf(chat, there)];
    const change = { currentPassword: password, newPassword: 'six geese a laying' };
    await here.post('/chat/~account/password/', change);
    expect((await other.closed).code).toBe(4501);
    // The browser that asked has a new cookie, and may come back with it.
    expect((await one.closed).code).toBe(4000);

    const again = await socketOf(chat, here);
    await here.post('/chat/~account/sessions/', { end: 'everywhere' });
    expect((await again.closed).code).toBe(4501);
  });

  it('of a guest who registers come back as the account', async () => {
    await using chat = await startChat();
    const browser = new Browser(chat.url);
    await browser.get('/chat/');
    const guest = await socketOf(chat, browser);
    await browser.post('/chat/~register/', { username: 'Ann', password });
    expect((await guest.closed).code).toBe(4000);
    const account = await socketOf(chat, browser);
    expect(account.user).toMatchObject({ id: guest.user.id });
    expect(account.user.guest).toBeUndefined();
  });

  it('of sign-ins that nobody told us are over are found by looking', async () => {
    await using chat = await startChat({ env: { SESSION_CHECK_MS: 100 } });
    const [ann, bob, guest] = [
      await register(chat.url, 'Ann'),
      await register(chat.url, 'Bob'),
      await chat.connect(),
    ];
    const [gone, banned, kept] = [
      await socketOf(chat, ann),
      await socketOf(chat, bob),
      await chat.connect('Guest'),
    ];
    const { tables } = chat.app.get(Auth);
    // As another process does it whose word does not arrive.
    await tables.updateTable('user').set({ banned: 1 }).where('username', '=', 'bob').execute();
    await tables.deleteFrom('session').where('userId', 'in', [gone.user.id, banned.user.id]).execute();
    expect((await gone.closed).code).toBe(4501);
    expect((await banned.closed).code).toBe(4502);
    await kept.nothing(['presence']);
    await guest.nothing(['presence']);
  });

  it('that open while their sign-in ends do not stay open', async () => {
    await using chat = await startChat();
    const ann = await register(chat.url, 'Ann');
    const auth = chat.app.get(AuthProvider);
    const identify = auth.identify.bind(auth);
    // The handshake has asked, and stands still while she signs out.
    auth.identify = async (from) => {
      const known = await identify(from);
      if (from.headers.upgrade) {
        auth.identify = identify;
        await chat.app.get(Auth).endAll(known?.user.id ?? '');
      }
      return known;
    };
    const late = await socketOf(chat, ann);
    expect((await late.closed).code).toBe(4501);
  });

  it('live on while the database is away: nobody is signed out by a fault', async () => {
    await using chat = await startChat({ env: { SESSION_CHECK_MS: 50 } });
    const open = await socketOf(chat, await register(chat.url, 'Ann'));
    const auth = chat.app.get(AuthProvider);
    let asked = 0;
    const thrice = new Promise<void>((resolve) => {
      auth.ended = () => {
        if (++asked === 3) resolve();
        return Promise.reject(new Error('the database is away'));
      };
    });
    await thrice;
    await open.nothing();
  });

  it('are not looked up any more by a server that ended while it looked', async () => {
    const chat = await startChat({ env: { SESSION_CHECK_MS: 20 } });
    await socketOf(chat, await register(chat.url, 'Ann'));
    const answer = Promise.withResolvers<Awaited<ReturnType<AuthProvider['ended']>>>();
    const asked = new Promise<void>((resolve) => {
      chat.app.get(AuthProvider).ended = () => {
        resolve();
        return answer.promise;
      };
    });
    await asked;
    await chat.app.close();
    const looks = vi.spyOn(chat.app.get(ConnectionRegistry), 'all');
    answer.resolve(new Map());
    await pause(200);
    expect(looks).not.toHaveBeenCalled();
  });
});
