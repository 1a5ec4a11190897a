import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis.js';
import { caFile, startTlsRedis } from '../support/tls.js';
import { doctor, doctorWith, quick } from './doctor.house.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

describe('what the doctor says of a Redis', () => {
  it('says that a password is wrong, and does not repeat it', async () => {
    await using locked = await startRedis({ args: ['--requirepass', 'right'] });
    const { text, code } = await doctor('--redis', locked.url.replace('//', '//:hush@'), ...quick);
    expect(text).toContain('WRONGPASS');
    expect(text).not.toContain('hush');
    expect(code).toBe(2);
    expect((await doctor('--redis', locked.url.replace('//', '//:right@'), ...quick)).code).toBe(0);
  });

  it('says how to trust a Redis behind TLS, and looks at it then', async () => {
    await using secure = await startTlsRedis();
    const at = async (url: string) => doctor('--redis', url, ...quick);
    const elsewhere = secure.tlsUrl.replace('localhost', '127.0.0.1');
    const wrong = await Promise.all([
      at(secure.tlsUrl),
      at(`${elsewhere}?ssl_ca_certs=${caFile}`),
      at(secure.tlsUrl.replace('rediss', 'redis')),
      at(secure.url.replace('redis', 'rediss')),
      at(`${secure.tlsUrl}?ssl_ca_certs=/nowhere.pem`),
    ]);
    const ways = [
      '?ssl_ca_certs=',
      '?ssl_check_hostname=false',
      'rediss://',
      'or not (redis://)',
      'cannot be read',
    ];
    for (const [n, { text, code }] of wrong.entries()) {
      expect(text).toContain(ways[n]);
      expect(code).toBe(2);
    }
    const { text, code } = await at(`${secure.tlsUrl}?ssl_ca_certs=${caFile}`);
    expect(text).toContain(`Redis localhost:${secure.tlsPort}: version`);
    expect(code).toBe(0);
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
