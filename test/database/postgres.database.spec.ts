import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/database.js';
import { ownClock } from '../support/observe.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

async function open(url: string, pool = 4, patienceMs?: number) {
  const database = await openDatabase({ url, pool, ...(patienceMs !== undefined && { patienceMs }) });
  return { database, kysely: database.kysely, [Symbol.asyncDispose]: () => database.close() };
}

describe('The PostgreSQL database', () => {
  it('waits at start for a server that is still starting', async () => {
    await using own = await startPostgres();
    await own.stop();
    const opening = open(own.url, 4, 60_000);
    await own.start();
    await using house = await opening;
    await expect(house.database.ping()).resolves.toBeUndefined();
  });

  it('says at start which server cannot be reached, without the password', async () => {
    const refused = openDatabase({ url: 'postgres://ann:secret@127.0.0.1:1/chat', pool: 1, patienceMs: 600 });
    const error: unknown = await refused.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'DatabaseOpenError' });
    expect(String(error)).toContain('PostgreSQL at 127.0.0.1:1/chat cannot be reached: ');
    expect(String(error)).toContain('ECONNREFUSED');
    expect(String(error)).not.toContain('secret');
  });

  it('does not wait for what waiting cannot cure', async () => {
    const started = performance.now();
    const wrong = server.url.replace(/:[^:@]*@/, ':wrong@');
    const patient = { pool: 1, patienceMs: 60_000 };
    await expect(openDatabase({ url: wrong, ...patient })).rejects.toThrow('password authentication failed');
    await expect(openDatabase({ url: `${server.url}_not`, ...patient })).rejects.toThrow('does not exist');
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it('gives up in time on a server that accepts connections and says nothing', async () => {
    await using mute = createServer((socket) => socket.resume().on('error', () => socket.destroy())).listen(
      0,
      '127.0.0.1',
    );
    await once(mute, 'listening');
    const url = `postgres://ann@127.0.0.1:${(mute.address() as AddressInfo).port}/chat`;
    using clock = ownClock();
    await expect(openDatabase({ url, pool: 1, patienceMs: 0 })).rejects.toThrow('cannot be reached');
    expect(clock.ms()).toBeLessThan(5_000);
  });

  it('serves far more at once than it has connections', async () => {
    await using house = await open(server.url, 2);
    await Promise.all(Array.from({ length: 300 }, () => house.database.ping()));
    const { rows } = await server.query(
      "select count(*)::int as count from pg_stat_activity where application_name = 'nest-realtime-chat'",
    );
    expect(rows[0]).toEqual({ count: 2 });
  });

  it('reads whole numbers as numbers and JSON as text, as SQLite does', async () => {
    await using house = await open(server.url);
    const { rows } =
      await sql`select 9007199254740991::bigint as whole, '{"b":1,"a":2}'::json as json`.execute(
        house.kysely,
      );
    expect(rows).toEqual([{ whole: 9007199254740991, json: '{"b":1,"a":2}' }]);
  });

  it('repeats what a lost connection cut off, but not what the server refuses', async () => {
    await using house = await open(server.url);
    let tries = 0;
    const cut = house.database.attempt(async () => {
      tries += 1;
      if (tries < 3) await sql`select pg_terminate_backend(pg_backend_pid())`.execute(house.kysely);
      return 'done';
    });
    expect(await cut).toBe('done');
    expect(tries).toBe(3);
    const refused = house.database.attempt(() => sql`select nonsense`.execute(house.kysely));
    await expect(refused).rejects.toMatchObject({ code: '42703' });
  });

  it('tries four times in all before it is unavailable', async () => {
    await using house = await open(server.url);
    let tries = 0;
    const cut = house.database.attempt(async () => {
      tries += 1;
      await sql`select pg_terminate_backend(pg_backend_pid())`.execute(house.kysely);
    });
    await expect(cut).rejects.toMatchObject({ code: 'unavailable' });
    expect(tries).toBe(4);
  });

  it.concurrent(
    'cuts off what takes longer than five seconds, and does not repeat it',
    async ({ expect }) => {
      await using house = await open(server.url);
      const slow = house.database.attempt(() => sql`select pg_sleep(30)`.execute(house.kysely));
      // The server itself did: it is no connection that was given up.
      await expect(slow).rejects.toMatchObject({ code: 'unavailable', cause: { code: '57014' } });
    },
  );

  it.concurrent('lets a schema change take as long as it needs', async ({ expect }) => {
    await using house = await open(server.url);
    const slow = house.database.withoutTimeouts((kysely) => sql`select pg_sleep(6)`.execute(kysely));
    await expect(slow).resolves.toBeDefined();
  });

  it.concurrent('ends the transaction of a process that stands still', async ({ expect }) => {
    await using house = await open(server.url);
    const held = house.database.kysely.transaction().execute(async (transaction) => {
      const locked = await sql`select pg_advisory_xact_lock(4711)`.execute(transaction);
      await house.database.withoutTimeouts((kysely) => sql`select pg_advisory_lock(4711)`.execute(kysely));
      await sql`select 1`.execute(transaction);
      return locked;
    });
    await expect(held).rejects.toThrow();
    await expect(house.database.ping()).resolves.toBeUndefined();
  });

  it('is unavailable once it is closed', async () => {
    const { database } = await open(server.url);
    await Promise.all([database.close(), database.close()]);
    await expect(database.attempt(() => database.ping())).rejects.toMatchObject({ code: 'unavailable' });
  });
});
