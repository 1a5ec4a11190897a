import type { RedisOptions } from 'ioredis';

const sentinelUrl =
  /^(?<tls>rediss)?(?:redis)?-sentinel:\/\/(?:(?<auth>[^@]*)@)?(?<nodes>[^/@]+)\/(?<master>[^/?#]+)(?:\?(?<query>.*))?$/;

/** Whether a URL is one that {@link redisAddress} understands. */
export const isRedisUrl = (url: string) =>
  /^rediss?:\/\/[^/\s]+/.test(url) || parseSocket(url) !== null || parseSentinels(url) !== null;

/** ioredis' options for `unix://user:password@/path/to/socket?db=1`, as redis-py reads it; `null` where it is none. */
export function parseSocket(url: string): RedisOptions | null {
  const found = /^unix:\/\/(?:(?<auth>[^@/]*)@)?(?<path>\/[^?#]+)(?:\?(?<query>.*))?$/.exec(url)?.groups;
  if (!found) return null;
  const [username, given] = (found.auth ?? '').split(':').map(decodeURIComponent);
  const query = new URLSearchParams(found.query);
  const [db, password] = [query.get('db'), given || query.get('password')];
  return {
    path: decodeURIComponent(found.path!),
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(db ? { db: Number(db) } : {}),
  };
}

/** ioredis' options for a URL of sentinels; `null` where it is none. */
export function parseSentinels(url: string): RedisOptions | null {
  const found = sentinelUrl.exec(url)?.groups;
  if (!found) return null;
  const sentinels = found.nodes!.split(';').map((node) => /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(node));
  if (!sentinels.every((match) => match !== null)) return null;
  const [username, password] = (found.auth ?? '').split(':').map(decodeURIComponent);
  const query = new URLSearchParams(found.query);
  const db = query.get('db');
  return {
    name: decodeURIComponent(found.master!),
    sentinels: sentinels.map(([, host, port]) => ({
      host: host!.replace(/^\[|\]$/g, ''),
      port: Number(port ?? 26_379),
    })),
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(db ? { db: Number(db) } : {}),
    ...(query.has('sentinelUsername') ? { sentinelUsername: query.get('sentinelUsername')! } : {}),
    ...(query.has('sentinelPassword') ? { sentinelPassword: query.get('sentinelPassword')! } : {}),
    ...(found.tls ? { tls: {}, enableTLSForSentinelMode: true } : {}),
  };
}

/** For people and logs: who may look over a shoulder must not see how to get in. */
export const withoutSecrets = (url: string) =>
  url.replace(/\/\/[^@/]*@/, '//…@').replace(/([?&](?:password|sentinelPassword)=)[^&]*/g, '$1…');
