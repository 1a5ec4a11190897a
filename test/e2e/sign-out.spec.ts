import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Communicator } from '../../src/testing/index.js';
import { Browser, password, register } from '../account/browser-without-script.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { ServerProcess } from '../support/server-process.js';

let redis: TestRedis;
let postgres: TestPostgres;
beforeAll(async () => {
  [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
});
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]();
  await redis?.[Symbol.asyncDispose]();
});

/** `checkMs`: how often each looks by itself for sign-ins that have ended. */
async function twoServers(checkMs = 600_000) {
  const env = {
    REDIS_URL: redis.url,
    DATABASE_URL: await postgres.createDatabase(),
    AUTH_SECRET: 'a secret that both processes share, of forty',
    RATE_LIMIT: 'off',
    SESSION_CHECK_MS: String(checkMs),
  };
  const one = await ServerProcess.start(env);
  const two = await ServerProcess.start(env);
  const socket = (server: ServerProcess, { cookie }: Browser) =>
    Communicator.connect(`${server.socketUrl}/ws/chat/`, {
      headers: { cookie, origin: server.url },
    });
  return {
    one,
    two,
    socket,
    async [Symbol.asyncDispose]() {
      await one[Symbol.asyncDispose]();
      await two[Symbol.asyncDispose]();
    },
  };
}

describe('signing out on one of two servers', () => {
  it('closes what is open on both at once, and the cookie is worth nothing on either', async () => {
    await using servers = await twoServers();
    const { one, two, socket } = servers;
    const browser = await register(one.url, 'Ann');
    const [here, there] = [await socket(one, browser), await socket(two, browser)];
    const cookie = browser.cookie;
    await browser.post('/chat/~sign-out/', {});
    for (const { closed } of [here, there]) expect(await closed).toMatchObject({ code: 4501 });
    for (const { url } of [one, two])
      expect((await fetch(`${url}/api/me`, { headers: { cookie } })).status).toBe(401);
  });

  it('closes a banned person’s sockets on the other server with 4502', async () => {
    await using servers = await twoServers();
    const { one, two, socket } = servers;
    const boss = await register(one.url, 'Boss');
    const pest = await register(two.url, 'Pest');
    const open = await socket(two, pest);
    await boss.post('/chat/~admin/', { user: open.user.id, action: 'ban', days: '7' });
    expect(await open.closed).toMatchObject({ code: 4502 });
    const again = await new Browser(two.url).post('/chat/~sign-in/', { username: 'Pest', password });
    expect(again.status).toBe(403);
  });

  it('is noticed by the other server without Redis, too', async () => {
    await using servers = await twoServers(2_000);
    const { one, two, socket } = servers;
    const browser = await register(one.url, 'Ann');
    const there = await socket(two, browser);
    const headers = { cookie: browser.cookie };
    const who = async () => (await fetch(`${two.url}/api/me`, { headers })).status;
    await redis.stop();
    try {
      await expect
        .poll(async () => (await (await fetch(`${two.url}/health/ready`)).json()).status)
        .toBe('degraded');
      expect(await who()).toBe(200);
      await browser.post('/chat/~sign-out/', {});
      // It was found a moment ago, and nobody can tell this server of its end.
      expect(await who()).toBe(401);
      expect(await there.closed).toMatchObject({ code: 4501 });
    } finally {
      await redis.restart();
    }
  });

  it('makes exactly one administrator of many who register on both at once', async () => {
    await using servers = await twoServers();
    const { one, two } = servers;
    const names = ['Ada', 'Bob', 'Cy', 'Dee', 'Eve', 'Fay', 'Gil', 'Hal'];
    const people = await Promise.all(names.map((name, n) => register(n % 2 ? one.url : two.url, name)));
    const pages = await Promise.all(people.map((person) => person.get('/chat/~admin/')));
    expect(pages.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('leaves an administrator there, where two take it from each other at the same moment', async () => {
    await using servers = await twoServers();
    const { one, two } = servers;
    const [boss, deputy] = [await register(one.url, 'Boss'), await register(two.url, 'Deputy')];
    const idOf = async ({ cookie }: Browser) =>
      (await (await fetch(`${one.url}/api/me`, { headers: { cookie } })).json()).user.id as string;
    const [bossId, deputyId] = [await idOf(boss), await idOf(deputy)];
    expect((await boss.post('/chat/~admin/', { user: deputyId, action: 'promote' })).status).toBe(303);
    await Promise.all([
      boss.post('/chat/~admin/', { user: deputyId, action: 'demote' }),
      deputy.post('/chat/~admin/', { user: bossId, action: 'demote' }),
    ]);
    const pages = [await boss.get('/chat/~admin/'), await deputy.get('/chat/~admin/')];
    expect(pages.map(({ status }) => status).toSorted()).toEqual([200, 404]);
  });
});
