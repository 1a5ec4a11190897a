import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis.js';
import { startScript } from '../support/script.js';

/** One for all tests of a file, and somebody who may do anything in it. There from the first test on. */
export function oneRedis(): { redis: TestRedis; operator: Redis } {
  const house = {} as { redis: TestRedis; operator: Redis };
  beforeAll(async () => {
    house.redis = await startRedis();
    house.operator = new Redis(house.redis.url, { protocol: 2 });
  });
  afterAll(async () => {
    house.operator?.disconnect();
    await house.redis?.[Symbol.asyncDispose]();
  });
  return house;
}

/** What an operator sees: the text, and the exit code. */
export async function doctor(...args: string[]) {
  return doctorWith({}, ...args);
}

export async function doctorWith(env: Record<string, string>, ...args: string[]) {
  await using run = startScript(new URL('../../src/doctor/main.ts', import.meta.url), args, env);
  const text = (await run.rest()).join('\n');
  return { text: text + run.errors(), code: await run.ended };
}

export const quick = ['--listen', '0'];
