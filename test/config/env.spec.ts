import { describe, expect, it } from 'vitest';
import { ConfigError, parseEnv } from '../../src/config/env.js';

function mistakes(source: Record<string, string>): string {
  try {
    parseEnv(source);
    return 'none';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

describe('ALLOWED_ORIGINS', () => {
  it('takes origins by commas, as they will be compared', () => {
    const { ALLOWED_ORIGINS } = parseEnv({ ALLOWED_ORIGINS: 'https://a.example, http://b.example:8080' });
    expect(ALLOWED_ORIGINS).toEqual(['https://a.example', 'http://b.example:8080']);
  });

  it.each(['*', 'https://*.example', 'https://*', 'https://a.example,https://*.b.example:8443'])(
    'says at start that %s would allow nobody: there are no wildcards',
    (given) => {
      const told = mistakes({ ALLOWED_ORIGINS: given });
      expect(told).toContain('ALLOWED_ORIGINS: has a wildcard, and origins are compared exactly');
    },
  );

  it.each(['a.example', 'https://a.example/', 'https://a.example/chat', 'https://A.example', 'null'])(
    'says at start that %s is no origin',
    (given) => {
      expect(mistakes({ ALLOWED_ORIGINS: given })).toContain('ALLOWED_ORIGINS: must be origins like');
    },
  );
});

describe('PUBLIC_URL', () => {
  it.each(['https://*.example', 'https://a.example/chat', 'a.example'])('is not %s', (given) => {
    expect(mistakes({ PUBLIC_URL: given })).toContain('PUBLIC_URL: must be an origin');
  });
});

describe('ADMIN_PORT', () => {
  it('is another than the public one', () => {
    expect(mistakes({ ADMIN_PORT: '3000' })).toContain('ADMIN_PORT: must not be PORT');
    expect(mistakes({ ADMIN_PORT: '8080', PORT: '8080' })).toContain('ADMIN_PORT: must not be PORT');
    expect(parseEnv({ ADMIN_PORT: '3001' })).toMatchObject({ ADMIN_PORT: 3001, ADMIN_HOST: '127.0.0.1' });
    expect(parseEnv({}).ADMIN_PORT).toBeUndefined();
  });
});

describe('MAX_FRAME_BYTES', () => {
  it('holds the longest text, in whatever script', () => {
    expect(mistakes({ MAX_TEXT_LENGTH: '10000' })).toContain(
      'MAX_FRAME_BYTES: must be at least 31024 for a text of MAX_TEXT_LENGTH (10000) characters',
    );
    expect(mistakes({ MAX_FRAME_BYTES: '8000' })).toContain('MAX_FRAME_BYTES: must be at least 13024');
    expect(mistakes({ MAX_TEXT_LENGTH: '10000', MAX_FRAME_BYTES: '31024' })).toBe('none');
    expect(mistakes({ MAX_TEXT_LENGTH: 'many' })).toContain('MAX_TEXT_LENGTH');
  });
});

describe('a wrong environment', () => {
  it('is told with every mistake in one message', () => {
    const told = mistakes({ PORT: 'x', ALLOWED_ORIGINS: '*', DATABASE_URL: 'postgres://db/chat' });
    for (const name of ['PORT', 'ALLOWED_ORIGINS', 'AUTH_SECRET']) expect(told).toContain(`  ${name}: `);
  });
});

describe('CHANNEL_ENCRYPTION_KEYS', () => {
  it('takes keys by commas, and such as have commas in a JSON list', () => {
    const keys = (given: string) => parseEnv({ CHANNEL_ENCRYPTION_KEYS: given }).CHANNEL_ENCRYPTION_KEYS;
    expect(keys('')).toEqual([]);
    expect(keys('new, old')).toEqual(['new', 'old']);
    expect(keys('["a,b ","[old"]')).toEqual(['a,b ', '[old']);
  });

  it.each(['["a"', "['a']", '[1]', '[""]'])(
    'says at start that %s is no list, and not what it holds',
    (given) => {
      const told = mistakes({ CHANNEL_ENCRYPTION_KEYS: given });
      expect(told).toContain('CHANNEL_ENCRYPTION_KEYS: must be keys by commas, or a JSON list');
    },
  );
});

describe('REDIS_URL', () => {
  it.each([
    ['cache:6379', 'A URL of Redis is redis://host:6379'],
    ['redis://a,redis-sentinel://one', 'A URL of Redis is redis://host:6379'],
    ['rediss://cache?ssl_ca_certs=/nowhere.pem', 'ssl_ca_certs cannot be read'],
    ['redis://cache?ssl_cert_reqs=none', 'begins with rediss://'],
  ])('says at start what is wrong with %s', (given, sentence) => {
    const told = mistakes({ REDIS_URL: given });
    for (const part of ['REDIS_URL: ', sentence]) expect(told).toContain(part);
  });
});

describe('DJANGO_EVENT_KEYS', () => {
  it('names keys of theirs, and which of ours each repeats', () => {
    const { DJANGO_EVENT_KEYS } = parseEnv({ DJANGO_EVENT_KEYS: 'user=username, timestamp=at' });
    expect(DJANGO_EVENT_KEYS).toEqual([
      ['user', 'username'],
      ['timestamp', 'at'],
    ]);
    expect(parseEnv({}).DJANGO_EVENT_KEYS).toEqual([]);
  });

  it.each([
    'user',
    'user=',
    'user=name',
    'type=message',
    'source=at',
    'message=at',
    '__proto__=at',
    'a b=at',
  ])('is not %s', (given) => {
    expect(mistakes({ DJANGO_EVENT_KEYS: given })).toContain('DJANGO_EVENT_KEYS: must be like user=username');
  });
});
