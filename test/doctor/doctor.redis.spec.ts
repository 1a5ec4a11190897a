import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis.js';
import { doctor, doctorWith, quick } from './doctor.house.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

describe('what the doctor says of a Redis', { timeout: 60_000 }, () => {
  it('says that a password is wrong, and does not repeat it', async () => {
    await using locked = await startRedis({ args: ['--requirepass', 'right'] });
    const { text, code } = await doctor('--redis', locked.url.replace('//', '//:hush@'), ...quick);
    expect(text).toContain('WRONGPASS');
    expect(text).not.toContain('hush');
    expect(code).toBe(2);
    expect((await doctor('--redis', locked.url.replace('//', '//:right@'), ...quick)).code).toBe(0);
  });

  it('warns of a Redis that takes no messages, of a cluster, and of one that forgets what it holds', async () => {
    await using replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${redis.port}`] });
    const followed = await doctor('--redis', replica.url, ...quick);
    expect(followed.text).toContain('is a slave: it takes no messages');
    expect(followed.code).toBe(1);
    await using cluster = await startRedis({ args: ['--cluster-enabled', 'yes'] });
    const clustered = await doctor('--redis', cluster.url, ...quick);
    expect(clustered.text).toContain('is a cluster, which neither channels_redis nor we can use');
    expect(clustered.code).toBe(1);
    const memory = ['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'];
    await using forgetful = await startRedis({ args: memory });
    const evicted = await doctor('--redis', forgetful.url, ...quick);
    expect(evicted.text).toContain('may evict memberships and messages');
    expect(evicted.code).toBe(0);
  });

  it('warns of a clock that is far from ours', async () => {
    const ahead = `data:text/javascript,${encodeURIComponent('const now = Date.now; Date.now = () => now() + 60_000;')}`;
    const { text, code } = await doctorWith(
      { NODE_OPTIONS: `--import=${ahead}` },
      '--redis',
      redis.url,
      ...quick,
    );
    expect(text).toContain('The clocks are 60 s apart');
    expect(code).toBe(1);
  });
});
