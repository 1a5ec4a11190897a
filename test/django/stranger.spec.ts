import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { beside, oddTexts } from './stranger.js';
import { nameOf, some } from './stranger.combinations.js';

let redis: TestRedis[];
let postgres: TestPostgres;
beforeAll(async () => {
  [postgres, ...redis] = await Promise.all([startPostgres(), startRedis(), startRedis()]);
});
afterAll(() => Promise.all([postgres, ...(redis ?? [])].map((each) => each?.[Symbol.asyncDispose]())));

const clean = { lost: [], doubled: [], misordered: [] };

describe('a Django project that was not written for this, and our server as the doctor says', () => {
  it.each(some.map((one) => ({ ...one, what: nameOf(one) })))('$what', { timeout: 240_000 }, async (one) => {
    // Who died is in its groups for a day, and the doctor sees them.
    await Promise.all(redis.map((each) => each.restart()));
    const redisUrls = redis.slice(0, one.hosts).map(({ url }) => url);
    const databaseUrl = one.processes > 1 ? await postgres.createDatabase() : 'sqlite::memory:';
    const outcome = await beside(one, { redisUrls, databaseUrl });
    const heard = Object.fromEntries(Object.keys(outcome.heardInDjango).map((name) => [name, clean]));
    expect(outcome).toMatchObject({
      advice: { problems: [] },
      djangoStored: clean,
      oursStored: clean,
      heardLive: clean,
      heardInDjango: heard,
      odd: oddTexts,
      closed: [],
      faults: [],
    });
    expect(Object.keys(heard)).toContain('phone2');
  });
});
