import { describe, expect, it } from 'vitest';
import { addressName, redisAddress } from '../../src/channel-layer/redis-address.js';
import { ConfigError, parseEnv } from '../../src/config/env.js';

const mymaster = {
  name: 'mymaster',
  sentinels: [
    { host: 'one', port: 26_379 },
    { host: 'two', port: 26_380 },
  ],
};

describe('where a Redis is', () => {
  it("may be said in every way of channels_redis' hosts", () => {
    expect(redisAddress('redis://cache:6380/1')).toEqual({ host: 'cache', port: 6380, db: 1 });
    expect(redisAddress('redis://[::1]?db=2&password=x&socket_timeout=5')).toEqual({
      host: '::1',
      port: 6379,
      db: 2,
      password: 'x',
    });
    expect(redisAddress({ address: 'rediss://cache' })).toEqual({ host: 'cache', port: 6379, tls: {} });
    expect(redisAddress(['cache', 6380])).toEqual({ host: 'cache', port: 6380 });
    expect(redisAddress({ address: ['cache', 6380] })).toEqual({ host: 'cache', port: 6380 });
    expect(redisAddress({ host: 'cache', tls: {} })).toEqual({ host: 'cache', tls: {} });
    expect(redisAddress({ address: 'redis://cache', db: 3, password: 'x' })).toEqual({
      host: 'cache',
      port: 6379,
      db: 3,
      password: 'x',
    });
    expect(redisAddress({ address: 'rediss://me:p%40ss@cache:1/4', db: 3, password: 'x' })).toEqual({
      host: 'cache',
      port: 1,
      db: 4,
      username: 'me',
      password: 'p@ss',
      tls: {},
    });
    expect(() => redisAddress({ address: 'redis://cache', socket_timeout: 3 } as never)).toThrow(
      'not socket_timeout',
    );
    const sentinels = [
      ['one', 26_379],
      ['two', 26_380],
    ] as const;
    expect(
      redisAddress({ sentinels, masterName: 'mymaster', sentinelKwargs: { password: 's' }, db: 2 }),
    ).toMatchObject({ ...mymaster, sentinelPassword: 's', db: 2 });
    expect(
      redisAddress({ sentinels, master_name: 'mymaster', sentinel_kwargs: { password: 's' }, db: 2 }),
    ).toMatchObject({ ...mymaster, sentinelPassword: 's', db: 2 });
    expect(redisAddress('unix:///run/redis.sock')).toEqual({ path: '/run/redis.sock' });
    expect(redisAddress('unix://me:p%40ss@/run/redis.sock?db=2')).toEqual({
      path: '/run/redis.sock',
      username: 'me',
      password: 'p@ss',
      db: 2,
    });
    expect(redisAddress({ address: 'unix:///run/redis.sock', password: 'x' })).toEqual({
      path: '/run/redis.sock',
      password: 'x',
    });
    expect(() => redisAddress('unix://run')).toThrow(TypeError);
  });

  it('is refused with settings of redis-py that have no counterpart, wherever they stand', () => {
    const timeout = { socket_timeout: 3 };
    const sentinels = [['one', 26_379]] as const;
    for (const host of [
      { host: 'cache', port: 6379, ...timeout },
      { sentinels, master_name: 'mymaster', ...timeout },
      { sentinels, master_name: 'mymaster', sentinel_kwargs: timeout },
    ])
      expect(() => redisAddress(host as never)).toThrow('not socket_timeout');
    expect(redisAddress({ host: 'cache', port: 6380, db: 1, ssl: true, ssl_cert_reqs: 'none' })).toEqual({
      host: 'cache',
      port: 6380,
      db: 1,
      tls: { rejectUnauthorized: false },
    });
    expect(redisAddress({ host: 'cache', connectTimeout: 3 })).toEqual({ host: 'cache', connectTimeout: 3 });
  });

  it('behind sentinels fits an environment variable', () => {
    expect(redisAddress('redis-sentinel://one;two:26380/mymaster')).toEqual(mymaster);
    expect(
      redisAddress('rediss-sentinel://chat:p%40ss@one;two:26380/mymaster?db=3&sentinelPassword=s'),
    ).toEqual({
      ...mymaster,
      username: 'chat',
      password: 'p@ss',
      db: 3,
      sentinelPassword: 's',
      tls: {},
      enableTLSForSentinelMode: true,
      sentinelTLS: {},
    });
    expect(redisAddress('rediss-sentinel://one/m?sentinelTls=off').sentinelTLS).toBeUndefined();
    expect(redisAddress('redis-sentinel://[::1]:1/m')).toMatchObject({
      sentinels: [{ host: '::1', port: 1 }],
    });
    expect(() => redisAddress('redis-sentinel://one:26379')).toThrow(TypeError);
  });

  it('is told without a user or a password', () => {
    expect(addressName(redisAddress('redis://user:pass@cache:6380'))).toBe('cache:6380');
    expect(addressName(redisAddress('redis-sentinel://u:p@one/mymaster'))).toBe('mymaster');
  });

  it('is checked when the server starts', () => {
    expect(
      parseEnv({ REDIS_URL: 'redis-sentinel://one;two/mymaster, redis://b', CHANNEL_LAYER: 'redis' }),
    ).toMatchObject({
      CHANNEL_SERIALIZER: 'msgpack',
    });
    expect(parseEnv({ REDIS_URL: 'unix:///run/redis.sock' })).toMatchObject({ CHANNEL_PREFIX: 'asgi' });
    expect(() => parseEnv({ REDIS_URL: 'redis-sentinel://one' })).toThrow(ConfigError);
    expect(() => parseEnv({ CHANNEL_LAYER: 'redis' })).toThrow('CHANNEL_LAYER: redis needs REDIS_URL');
  });
});
