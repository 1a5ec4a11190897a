import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Storage } from '../../src/chat/storage.js';
import { Admission } from '../../src/socket/admission.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { temporaryFolder } from '../support/folder.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { freePort } from '../support/free-port.js';
import { ownClock } from '../support/observe.js';
import { startRedis } from '../support/redis.js';
import { call } from './visitor.js';

const ready = async (chat: RunningChat) => {
  const { status, body } = await call(chat, '/health/ready');
  return { http: status, ...body };
};
const wait = { interval: 50 };
const message = (text: string) => ({ room: 'lobby', text, clientId: crypto.randomUUID() });

describe('a server by itself', () => {
  it('is up', async () => {
    await using chat = await startChat();
    const up = { http: 200, status: 'up', database: 'up', channelLayer: 'ready', draining: false };
    expect(await ready(chat)).toEqual(up);
    expect((await call(chat, '/health/live')).body).toEqual({ status: 'up' });
  });

  it('is down for a balancer while it drains, and alive for its supervisor', async () => {
    await using chat = await startChat();
    chat.app.get(Admission).shutDoors();
    expect(await ready(chat)).toMatchObject({ http: 503, status: 'down', draining: true });
    expect((await call(chat, '/health/live')).status).toBe(200);
  });

  it('is asked by anybody: without a cookie, and from any page', async () => {
    await using chat = await startChat({ env: { GUESTS: false } });
    const headers = { origin: 'https://monitor.example' };
    for (const path of ['/health/live', '/health/ready']) {
      const answer = await call(chat, path, { headers });
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
  });
});

describe('a server whose disk is full', () => {
  it.each(['a message', 'a guest'])(
    'is degraded from when %s could not be stored until something is, and shows what there is',
    async (what) => {
      await using folder = await temporaryFolder();
      await using chat = await startChat({ env: { DATABASE_URL: folder.databaseUrl } });
      const { kysely } = chat.app.get(Storage).database;
      const limit = (pages: number) => sql`pragma max_page_count = ${sql.lit(pages)}`.execute(kysely);
      const ann = await chat.connect('Ann', { path: '/ws/chat/lobby/' });
      await ann.request('message.send', message('before'));
      await limit(1);
      const refused = () =>
        what === 'a guest'
          ? chat.signIn('Bob').catch((error: unknown) => error)
          : ann.request('message.send', message('x'.repeat(3_000))).catch((error: unknown) => error);
      // The pages that are there already have room for some.
      while (!((await refused()) instanceof Error));
      expect(await ready(chat)).toMatchObject({ http: 200, status: 'degraded', database: 'read-only' });
      expect((await call(chat, '/api/rooms/lobby/messages')).body).toMatchObject({
        head: expect.any(Number),
      });

      await limit(1_000_000);
      expect(await ready(chat)).toMatchObject({ status: 'degraded' });
      await ann.request('message.send', message('after'));
      expect(await ready(chat)).toMatchObject({ http: 200, status: 'up', database: 'up' });
    },
  );
});

describe('a server with Redis', () => {
  it('is degraded while Redis is away, serves on, and is up again when it is back', async () => {
    await using redis = await startRedis();
    await using chat = await startChat({ env: { REDIS_URL: redis.url } });
    const [ann, bob] = [await chat.connect('Ann'), await chat.connect('Bob')];
    for (const client of [ann, bob]) await client.request('room.join', { room: 'lobby' });
    expect(await ready(chat)).toMatchObject({ http: 200, status: 'up' });

    await redis.kill();
    await expect
      .poll(() => ready(chat), wait)
      .toMatchObject({ http: 200, status: 'degraded', database: 'up' });
    await ann.request('message.send', message('still here'));
    expect((await bob.push('message.created')).text).toBe('still here');

    await redis.restart();
    await expect.poll(() => ready(chat), wait).toMatchObject({ http: 200, status: 'up' });
  });

  it('that is not there yet starts all the same', async () => {
    const port = await freePort();
    await using chat = await startChat({ env: { REDIS_URL: `redis://127.0.0.1:${port}` } });
    expect(await ready(chat)).toMatchObject({ http: 200, status: 'degraded' });
    const ann = await chat.connect('Ann', { path: '/ws/chat/lobby/' });
    await ann.request('message.send', message('alone'));
    expect((await ann.push('message.created')).text).toBe('alone');

    await using redis = await startRedis({ port });
    await expect.poll(() => ready(chat), wait).toMatchObject({ http: 200, status: 'up' });
    expect(redis.port).toBe(port);
  });
});

describe('a server with PostgreSQL', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres[Symbol.asyncDispose]());

  it('is down while the database is away, keeps its sockets, and is up again when it is back', async () => {
    await using chat = await startChat({ env: { DATABASE_URL: await postgres.createDatabase() } });
    const ann = await chat.connect('Ann', { timeoutMs: 15_000 });
    await ann.request('room.join', { room: 'lobby' });
    await postgres.stop('immediate');

    expect(await ready(chat)).toMatchObject({ http: 503, status: 'down', database: 'down' });
    expect((await call(chat, '/health/live')).status).toBe(200);
    const sent = message('in between');
    await expect(ann.request('message.send', sent)).rejects.toMatchObject({ code: 'unavailable' });
    const page = await fetch(`${chat.url}/chat/lobby/`, { headers: { accept: 'text/html' } });
    expect([page.status, await page.text()]).toEqual([
      503,
      expect.stringContaining('Not available right now'),
    ]);

    await postgres.start();
    await expect.poll(() => ready(chat), wait).toMatchObject({ http: 200, status: 'up' });
    expect(await ann.request('message.send', sent)).toMatchObject({ seq: 1 });
    expect((await ann.push('message.created')).text).toBe('in between');
  });

  it('is degraded while PostgreSQL only lets read, and shows what there is', async () => {
    const url = await postgres.createDatabase();
    const name = new URL(url).pathname.slice(1);
    const become = async (readOnly: 'on' | 'off') => {
      await postgres.query(`alter database ${name} set default_transaction_read_only = ${readOnly}`);
      const others = 'datname = $1 and pid <> pg_backend_pid()';
      await postgres.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${others}`, [name]);
    };
    await using chat = await startChat({ env: { DATABASE_URL: url } });
    const ann = await chat.connect('Ann', { path: '/ws/chat/lobby/' });
    await ann.request('message.send', message('before'));
    await become('on');
    const readOnly = { http: 200, status: 'degraded', database: 'read-only' };
    await expect.poll(() => ready(chat), wait).toMatchObject(readOnly);
    await expect(ann.request('message.send', message('no'))).rejects.toMatchObject({ code: 'unavailable' });
    expect((await call(chat, '/api/rooms/lobby/messages')).body).toMatchObject({
      messages: [{ text: 'before' }],
    });

    await become('off');
    await expect.poll(() => ready(chat), wait).toMatchObject({ status: 'up', database: 'up' });
    expect(await ann.request('message.send', message('after'))).toMatchObject({ seq: 2 });
  });

  it('is degraded from when its disk was full until something is stored', async () => {
    const url = await postgres.createDatabase();
    await using chat = await startChat({ env: { DATABASE_URL: url } });
    const { kysely } = chat.app.get(Storage).database;
    const ann = await chat.connect('Ann', { path: '/ws/chat/lobby/' });
    // PostgreSQL's own error, for a disk that cannot be filled up in a test.
    await sql`create function full_disk() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$`.execute(kysely);
    await sql`create trigger full_disk before insert on event execute function full_disk()`.execute(kysely);
    await expect(ann.request('message.send', message('no'))).rejects.toMatchObject({ code: 'unavailable' });
    expect(await ready(chat)).toMatchObject({ http: 200, status: 'degraded', database: 'read-only' });

    await sql`drop trigger full_disk on event`.execute(kysely);
    await ann.request('message.send', message('after'));
    expect(await ready(chat)).toMatchObject({ http: 200, status: 'up', database: 'up' });
  });

  it('says within seconds that the database does not answer', async () => {
    const url = await postgres.createDatabase();
    await using chat = await startChat({ env: { DATABASE_URL: url } });
    expect(await ready(chat)).toMatchObject({ status: 'up' });
    const name = new URL(url).pathname.slice(1);
    const { rows } = await postgres.query(
      `select pid from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()`,
      [name],
    );
    const pids = rows.map(({ pid }) => Number(pid));
    expect(pids.length).toBeGreaterThan(0);
    postgres.freeze(pids);
    try {
      using clock = ownClock();
      expect(await ready(chat)).toMatchObject({ http: 503, database: 'down' });
      expect(clock.ms()).toBeLessThan(4_000);
    } finally {
      postgres.resume(pids);
    }
    await expect.poll(() => ready(chat), wait).toMatchObject({ http: 200, status: 'up' });
  });
});
