import { Redis, type RedisOptions } from 'ioredis';
import { isTlsSetting, tlsOptions, type TlsSettings } from './redis-tls.js';
import { parseUrl } from './redis-url.js';

/**
 * Where one Redis is: a URL, ioredis' options, or what channels_redis' `hosts` may hold: a pair of host and port, an
 * address, or sentinels. A Redis behind sentinels can also be written as a URL, which fits an environment variable:
 * `redis-sentinel://user:password@one:26379;two:26379/mymaster?db=0&sentinelPassword=…` (`rediss-sentinel://` for TLS).
 * A URL may end as in Django's settings: `rediss://cache:6380/1?ssl_ca_certs=/etc/ssl/our-ca.pem`.
 */
export type RedisHostOption =
  | string
  | readonly [host: string, port: number]
  | ({ host: string; port?: number } & Access)
  | ({ address: string | readonly [host: string, port: number] } & Access)
  | ({ sentinels: Sentinels; masterName: string; sentinelKwargs?: SentinelKwargs } & Access)
  /** As it stands in Django's settings. */
  | ({ sentinels: Sentinels; master_name: string; sentinel_kwargs?: SentinelKwargs } & Access)
  | RedisOptions;

type Sentinels = readonly (readonly [host: string, port: number])[];
type Access = { db?: number; username?: string; password?: string; ssl?: boolean } & TlsSettings;
type SentinelKwargs = Omit<Access, 'db'>;

/** All of channels_redis' `hosts`. Throws a `TypeError` for what is no list of them, or an empty one. */
export function redisAddresses(
  hosts: readonly RedisHostOption[] = ['redis://localhost:6379'],
): RedisOptions[] {
  if (!Array.isArray(hosts) || hosts.length === 0)
    throw new TypeError('hosts is a list of at least one Redis');
  return hosts.map(redisAddress);
}

/** What ioredis understands. Throws a `TypeError` for anything that names no Redis. */
export function redisAddress(host: RedisHostOption): RedisOptions {
  if (typeof host === 'string') return parseUrl(host);
  if (isPair(host)) return { host: host[0], port: host[1] };
  if ('address' in host) return withAddress(host);
  if ('master_name' in host) {
    const { master_name: masterName, sentinel_kwargs: sentinelKwargs, ...same } = host;
    return redisAddress({ ...same, masterName, ...(sentinelKwargs && { sentinelKwargs }) });
  }
  return 'masterName' in host ? withSentinels(host) : withHost(host);
}

/** ioredis' own options, or redis-py's: whose names are told apart by their underscores, and could only be overlooked. */
function withHost(host: RedisOptions & Access): RedisOptions {
  const { tls, rest } = apart(host);
  refuse(rest, (name) => name.includes('_'));
  return { ...rest, ...(tls && { tls: tlsOptions(tls) }) };
}

const isUnknownBeside = (name: string) => !['db', 'username', 'password'].includes(name);

/** A setting that has no counterpart here must not look as if it had. */
function refuse(settings: object, isUnknown: (name: string) => boolean): void {
  const unknown = Object.keys(settings).filter(isUnknown);
  if (unknown.length > 0)
    throw new TypeError(
      `Where a Redis is, db, username, password, ssl and ssl_… may be said besides, not ${unknown.join(', ')}`,
    );
}

/** What the address itself says goes before what stands beside it, as in redis-py. */
function withAddress({ address, ...beside }: Extract<RedisHostOption, { address: unknown }>): RedisOptions {
  const { tls, rest } = apart(beside);
  refuse(rest, isUnknownBeside);
  const there = { ...rest, ...redisAddress(address) };
  if (!tls) return there;
  if (!there.tls) throw new TypeError('TLS needs an address that begins with rediss://');
  return { ...there, tls: { ...tlsOptions(tls), ...there.tls } };
}

function withSentinels(host: Extract<RedisHostOption, { masterName: unknown }>): RedisOptions {
  const { sentinels, masterName, sentinelKwargs = {}, ...beside } = host;
  const [master, sentinel] = [apart(beside), apart(sentinelKwargs)];
  refuse({ ...master.rest, ...sentinel.rest }, isUnknownBeside);
  return {
    ...master.rest,
    name: masterName,
    sentinels: sentinels.map(([name, port]) => ({ host: name, port })),
    sentinelUsername: sentinelKwargs.username,
    sentinelPassword: sentinelKwargs.password,
    ...(master.tls && { tls: tlsOptions(master.tls), enableTLSForSentinelMode: true }),
    ...(sentinel.tls && { sentinelTLS: tlsOptions(sentinel.tls) }),
  };
}

/** What is said of TLS, if anything is, and the rest. `ssl` alone says that there is TLS. */
function apart<T extends TlsSettings & { ssl?: boolean }>({ ssl, ...all }: T) {
  const isTls = ([name]: [string, unknown]) => isTlsSetting(name);
  const entries = Object.entries(all);
  const tls = entries.filter(isTls);
  return {
    tls: ssl || tls.length > 0 ? (Object.fromEntries(tls) as TlsSettings) : undefined,
    rest: Object.fromEntries(entries.filter((entry) => !isTls(entry))),
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
export function addressName(host: RedisOptions): string {
  return host.path ?? host.name ?? `${host.host ?? 'localhost'}:${host.port ?? 6379}`;
}

/** A client that never reconnects and never resends: its first fault ends it. Not connected yet. */
export function oneLifeClient(host: RedisOptions): Redis {
  return new Redis({
    ...host,
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
  });
}

/** Where a client is connected to. */
export function peerOf({ stream }: Redis): string {
  return `${stream.remoteAddress ?? ''}:${stream.remotePort ?? ''}`;
}

/** A refused connection to two addresses of one name is an error without a message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}

function isPair(host: RedisHostOption): host is readonly [string, number] {
  return Array.isArray(host);
}
