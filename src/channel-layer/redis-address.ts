import { Redis, type RedisOptions } from 'ioredis';
import { parseSentinels, parseSocket } from './redis-url.js';

/**
 * Where one Redis is: a URL, ioredis' options, or what channels_redis' `hosts` may hold: a pair of host and port, an
 * address, or sentinels. A Redis behind sentinels can also be written as a URL, which fits an environment variable:
 * `redis-sentinel://user:password@one:26379;two:26379/mymaster?db=0&sentinelPassword=…` (`rediss-sentinel://` for TLS).
 */
export type RedisHostOption =
  | string
  | readonly [host: string, port: number]
  | {
      address: string | readonly [host: string, port: number];
      db?: number;
      username?: string;
      password?: string;
    }
  | {
      sentinels: readonly (readonly [host: string, port: number])[];
      masterName: string;
      sentinelKwargs?: SentinelKwargs;
      db?: number;
      username?: string;
      password?: string;
    }
  | {
      /** As it stands in Django's settings. */
      sentinels: readonly (readonly [host: string, port: number])[];
      master_name: string;
      sentinel_kwargs?: SentinelKwargs;
      db?: number;
      username?: string;
      password?: string;
    }
  | RedisOptions;

interface SentinelKwargs {
  username?: string;
  password?: string;
}

/** What ioredis understands: a URL, or options. Throws a `TypeError` for anything that names no Redis. */
export function redisAddress(host: RedisHostOption): string | RedisOptions {
  if (typeof host === 'string') {
    if (host.startsWith('unix:')) {
      const socket = parseSocket(host);
      if (!socket) throw new TypeError('A URL of a socket is unix:///path/to/redis.sock');
      return socket;
    }
    if (!/^rediss?-sentinel:/.test(host)) return host;
    const options = parseSentinels(host);
    if (!options) throw new TypeError('A URL of sentinels is redis-sentinel://one:26379;two:26379/<master>');
    return options;
  }
  if (isPair(host)) return { host: host[0], port: host[1] };
  if ('address' in host) return withAddress(host);
  if ('master_name' in host) {
    const { master_name: masterName, sentinel_kwargs: sentinelKwargs, ...same } = host;
    return redisAddress({ ...same, masterName, ...(sentinelKwargs && { sentinelKwargs }) });
  }
  if (!('masterName' in host)) return host;
  const { sentinels, masterName, sentinelKwargs, ...rest } = host;
  return {
    ...rest,
    name: masterName,
    sentinels: sentinels.map(([name, port]) => ({ host: name, port })),
    sentinelUsername: sentinelKwargs?.username,
    sentinelPassword: sentinelKwargs?.password,
  };
}

/** What the address itself says goes before what stands beside it, as in redis-py. */
function withAddress({
  address,
  ...beside
}: Extract<RedisHostOption, { address: unknown }>): string | RedisOptions {
  const unknown = Object.keys(beside).filter((name) => !['db', 'username', 'password'].includes(name));
  if (unknown.length > 0)
    throw new TypeError(`Beside an address stand db, username and password, not ${unknown.join(', ')}`);
  const there = redisAddress(address);
  if (Object.keys(beside).length === 0) return there;
  return { ...beside, ...(typeof there === 'string' ? partsOf(there) : there) };
}

function partsOf(url: string): RedisOptions {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(/^\/\d+$/.test(pathname) && { db: Number(pathname.slice(1)) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}

/**
 * Connects, in the database that was named. Rejects where there is no such database: left alone, the client would go on
 * in database 0.
 */
export async function connectOnce(client: Redis): Promise<void> {
  await client.connect();
  if (client.options.db) await client.select(client.options.db);
}

/** Without a user or a password. */
export function addressName(host: string | RedisOptions): string {
  if (typeof host === 'string') return URL.canParse(host) ? new URL(host).host : 'at a socket';
  return host.path ?? host.name ?? `${host.host ?? 'localhost'}:${host.port ?? 6379}`;
}

/** A client that never reconnects and never resends: its first fault ends it. Not connected yet. */
export function oneLifeClient(host: string | RedisOptions): Redis {
  const options: RedisOptions = {
    lazyConnect: true,
    retryStrategy: () => null,
    reconnectOnError: null,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    // No INFO, no HELLO: the user in Redis needs to be allowed only what the layer itself calls.
    enableReadyCheck: false,
    disableClientInfo: true,
    protocol: 2,
    connectTimeout: 5000,
    // A frozen Redis never closes its end.
    disconnectTimeout: 0,
    connectionName: 'nest-realtime-chat',
    sentinelRetryStrategy: () => null,
    sentinelReconnectStrategy: () => null,
  };
  return typeof host === 'string' ? new Redis(host, options) : new Redis({ ...host, ...options });
}

/** A refused connection to two addresses of one name is an error without a message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}

function isPair(host: RedisHostOption): host is readonly [string, number] {
  return Array.isArray(host);
}
