import type { RedisOptions } from 'ioredis';
import { isTlsSetting, tlsOptions, type TlsSettings } from './redis-tls.js';

const serverUrl = /^rediss?:\/\/[^/\s]+/;
const socketUrl = /^unix:\/\/(?:(?<auth>[^@/]*)@)?(?<path>\/[^?#]+)(?:\?(?<query>.*))?$/;
const sentinelUrl =
  /^(?<tls>rediss)?(?:redis)?-sentinel:\/\/(?:(?<auth>[^@]*)@)?(?<nodes>[^/@]+)\/(?<master>[^/?#]+)(?:\?(?<query>.*))?$/;
const sentinelNode = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/;

/** Whether a URL is one that {@link parseUrl} understands. Reads no file. */
export function isRedisUrl(url: string): boolean {
  if (serverUrl.test(url)) return URL.canParse(url);
  const nodes = sentinelUrl.exec(url)?.groups?.nodes;
  return nodes ? nodes.split(';').every((node) => sentinelNode.test(node)) : socketUrl.test(url);
}

/** ioredis' options for a URL as redis-py reads it, and for one of sentinels. A `TypeError` where it is none. */
export function parseUrl(url: string): RedisOptions {
  if (!isRedisUrl(url))
    throw new TypeError(
      'A URL of Redis is redis://host:6379, rediss://host:6379, unix:///path/to/redis.sock or redis-sentinel://one:26379;two:26379/<master>',
    );
  if (serverUrl.test(url)) return parseServer(url);
  return socketUrl.test(url) ? parseSocket(url) : parseSentinels(url);
}

/** For people and logs: who may look over a shoulder must not see how to get in. */
export const withoutSecrets = (url: string) =>
  url
    .replace(/\/\/[^@/]*@/, '//…@')
    .replace(/([?&](?:password|sentinelPassword|ssl_password)=)[^&]*/g, '$1…');

/** `redis://user:password@host:6379/1?ssl_ca_certs=…`. */
function parseServer(url: string): RedisOptions {
  const { protocol, hostname, port, username, password, pathname, searchParams } = new URL(url);
  const isTls = protocol === 'rediss:';
  if (!isTls && [...searchParams.keys()].some(isTlsSetting))
    throw new TypeError('TLS needs a URL that begins with rediss://');
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    ...who(`${username}:${password}`, searchParams),
    ...database(/^\/(\d+)$/.exec(pathname)?.[1] ?? searchParams.get('db')),
    ...(isTls && { tls: tlsOf(searchParams) }),
  };
}

/** `unix://user:password@/path/to/socket?db=1`. */
function parseSocket(url: string): RedisOptions {
  const { path, auth, query } = socketUrl.exec(url)!.groups!;
  const search = new URLSearchParams(query);
  return { path: decodeURIComponent(path!), ...who(auth, search), ...database(search.get('db')) };
}

/** TLS to the sentinels as to the master, unless `sentinelTls=off`. */
function parseSentinels(url: string): RedisOptions {
  const { tls, auth, nodes, master, query } = sentinelUrl.exec(url)!.groups!;
  const search = new URLSearchParams(query);
  const trust = tls ? tlsOf(search) : undefined;
  const [sentinelUsername, sentinelPassword] = [
    search.get('sentinelUsername'),
    search.get('sentinelPassword'),
  ];
  return {
    name: decodeURIComponent(master!),
    sentinels: nodes!.split(';').map((node) => {
      const [, host, port] = sentinelNode.exec(node)!;
      return { host: host!.replace(/^\[|\]$/g, ''), port: Number(port ?? 26_379) };
    }),
    ...who(auth, search),
    ...database(search.get('db')),
    ...(sentinelUsername && { sentinelUsername }),
    ...(sentinelPassword && { sentinelPassword }),
    ...(trust && { tls: trust, enableTLSForSentinelMode: true }),
    ...(trust && search.get('sentinelTls') !== 'off' && { sentinelTLS: trust }),
  };
}

function who(auth = '', search: URLSearchParams): RedisOptions {
  const [name, word] = auth.split(':').map(decodeURIComponent);
  const [username, password] = [name || search.get('username'), word || search.get('password')];
  return { ...(username && { username }), ...(password && { password }) };
}

function database(db: string | null): RedisOptions {
  if (!db) return {};
  if (!/^\d+$/.test(db)) throw new TypeError('db is the number of a database');
  return { db: Number(db) };
}

const tlsOf = (search: URLSearchParams) =>
  tlsOptions(Object.fromEntries([...search].filter(([name]) => isTlsSetting(name))) as TlsSettings);
