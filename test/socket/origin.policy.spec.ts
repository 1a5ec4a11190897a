import { describe, expect, it } from 'vitest';
import type { Env } from '../../src/config/env.js';
import { ClientAddress } from '../../src/socket/client-address.js';
import { OriginPolicy } from '../../src/socket/origin.policy.js';
import { envOf, outcome, requestOf } from './requests.js';

function policy(given: Partial<Env> = {}): OriginPolicy {
  const env = envOf(given);
  return new OriginPolicy(env, new ClientAddress(env));
}

const host = 'chat.example:3000';
const cookie = 'chat.session_token=x';

function verdict(
  headers: Record<string, string>,
  given: Partial<Env> = {},
  how: Parameters<typeof requestOf>[1] = {},
): string {
  return outcome(() => policy(given).check(requestOf({ host, ...headers }, how)));
}

describe('a page of ours', () => {
  it('may talk to the server it came from', () => {
    expect(verdict({ origin: `http://${host}`, cookie })).toBe('allowed');
    expect(verdict({ origin: `https://${host}`, cookie }, {}, { encrypted: true })).toBe('allowed');
  });

  it('may where a trusted proxy says that it is https, and nobody else may say so', () => {
    const headers = { origin: `https://${host}`, cookie, 'x-forwarded-proto': 'https' };
    const given = { TRUSTED_PROXIES: ['10.0.0.0/8'] };
    expect(verdict(headers, given, { peer: '10.0.0.1' })).toBe('allowed');
    expect(verdict(headers, given, { peer: '203.0.113.9' })).toBe('forbidden');
    expect(verdict(headers)).toBe('forbidden');
  });

  it('is only the one at PUBLIC_URL where that is set, whatever the Host says', () => {
    const given = { PUBLIC_URL: 'https://chat.example' };
    expect(verdict({ origin: 'https://chat.example', cookie }, given)).toBe('allowed');
    expect(verdict({ origin: `http://${host}`, cookie }, given)).toBe('forbidden');
    expect(verdict({ host: 'evil.example', origin: 'http://evil.example', cookie }, given)).toBe('forbidden');
    expect(policy(given).ownOrigin(requestOf({ host: 'evil.example' }))).toBe('https://chat.example');
  });
});

describe('another page', () => {
  const given = { ALLOWED_ORIGINS: ['https://good.example', 'https://good.example:8443'] };

  it('may where it is on the list', () => {
    for (const origin of given.ALLOWED_ORIGINS) expect(verdict({ origin, cookie }, given)).toBe('allowed');
  });

  it.each([
    'https://evil.example',
    'null',
    '',
    'https://good.example.evil',
    'https://evil-good.example',
    'https://sub.good.example',
    'https://good.example:444',
    'https://good.example:443',
    'http://good.example',
    'https://good.example.',
    'https://good.example/',
    'https://GOOD.example',
    'https://user@good.example',
    'https://good.example, https://good.example',
    ' https://good.example',
    'https://good.exаmple',
    'file://',
    `ws://${host}`,
    `http://${host}.evil`,
    'http://chat.example',
    'http://chat.example:3001',
  ])('is refused, with a cookie and without: %j', (origin) => {
    expect(verdict({ origin, cookie }, given)).toBe('forbidden');
    expect(verdict({ origin }, given)).toBe('forbidden');
    expect(verdict({ origin, authorization: 'Bearer x' }, given)).toBe('forbidden');
  });
});

describe('a request without an Origin', () => {
  it('is refused where it carries a cookie, which a browser sends by itself', () => {
    expect(verdict({ cookie })).toBe('forbidden');
    expect(verdict({ cookie: '' })).toBe('forbidden');
  });

  it('is taken with a bearer, which somebody put there, and with nothing at all', () => {
    expect(verdict({ authorization: 'Bearer x' })).toBe('allowed');
    expect(verdict({ authorization: 'Bearer x', cookie })).toBe('allowed');
    expect(verdict({})).toBe('allowed');
  });

  it('is taken from a form of ours where the browser says so, but never opens a socket', () => {
    const headers = { cookie, 'sec-fetch-site': 'same-origin' };
    expect(verdict(headers, {}, { method: 'POST' })).toBe('allowed');
    expect(verdict(headers, {}, { method: 'GET' })).toBe('forbidden');
  });

  it.each(['cross-site', 'same-site', 'none'])('is refused from a form elsewhere: %s', (site) => {
    expect(verdict({ cookie, 'sec-fetch-site': site }, {}, { method: 'POST' })).toBe('forbidden');
  });
});
