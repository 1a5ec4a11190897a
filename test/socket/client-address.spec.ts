import { describe, expect, it } from 'vitest';
import { ClientAddress } from '../../src/socket/client-address.js';
import { envOf, requestOf } from './requests.js';

const proxies = ['10.0.0.0/8', '192.0.2.7'];
const direct = new ClientAddress(envOf());
const behind = new ClientAddress(envOf({ TRUSTED_PROXIES: proxies }));

describe('the address of a client', () => {
  it.each([
    ['is the peer’s', '203.0.113.9', undefined, '203.0.113.9'],
    ['is the peer’s, whatever a stranger claims', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['is what a trusted proxy says', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
    [
      'is what the outermost of two trusted proxies saw',
      '10.1.2.3',
      '198.51.100.1, 192.0.2.7',
      '198.51.100.1',
    ],
    ['is not what a client wrote in front', '10.1.2.3', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
    ['is the proxy’s where it says nothing', '10.1.2.3', undefined, '10.1.2.3'],
    ['is the proxy’s as IPv4 in IPv6 too', '::ffff:10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['is the peer’s one address beside the range', '11.0.0.1', '198.51.100.1', '11.0.0.1'],
  ])('%s', (_name, peer, forwarded, address) => {
    const request = requestOf(forwarded ? { 'x-forwarded-for': forwarded } : {}, { peer });
    expect(behind.address(request)).toBe(address);
  });

  it('is the peer’s where no proxy is configured', () => {
    expect(direct.address(requestOf({ 'x-forwarded-for': '198.51.100.1' }, { peer: '127.0.0.1' }))).toBe(
      '127.0.0.1',
    );
  });

  it('is empty where the peer is gone already, and that is no error', () => {
    expect(behind.address(requestOf({ 'x-forwarded-for': '198.51.100.1' }, { peer: '' }))).toBe('');
  });
});

describe('whether a client came over https', () => {
  it.each([
    ['over TLS to us', { encrypted: true }, undefined, 'https'],
    ['over TLS to a trusted proxy', { peer: '10.1.2.3' }, 'https', 'https'],
    ['over http to a trusted proxy', { peer: '10.1.2.3' }, 'http', 'http'],
    ['through a trusted proxy that does not say', { peer: '10.1.2.3' }, undefined, 'http'],
    ['over http, claiming otherwise', { peer: '203.0.113.9' }, 'https', 'http'],
    ['through a trusted proxy, with nonsense', { peer: '10.1.2.3' }, 'javascript', 'http'],
  ])('%s', (_name, how, forwarded, protocol) => {
    const headers: Record<string, string> = forwarded ? { 'x-forwarded-proto': forwarded } : {};
    expect(behind.protocol(requestOf(headers, how))).toBe(protocol);
  });

  it('is not believed where no proxy is configured', () => {
    const claim = requestOf({ 'x-forwarded-proto': 'https' }, { peer: '127.0.0.1' });
    expect(direct.protocol(claim)).toBe('http');
  });
});
