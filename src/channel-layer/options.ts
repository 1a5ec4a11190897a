import type { RedisHostOption } from './redis-address.js';

/** channels_redis' settings under its own names, in camelCase. What both sides share must be equal on both. */
export interface ChannelLayerOptions {
  /** Their order is part of the sharding: the same everywhere. */
  hosts?: readonly RedisHostOption[];
  /** What every Redis channel of this layer begins with. Default `asgi`. */
  prefix?: string;
  /** Seconds after which an unread message is forgotten. Default 60. */
  expiry?: number;
  /** Seconds a membership lasts without being renewed, where Redis holds memberships. Default 86400. */
  groupExpiry?: number;
  /** Messages a channel holds while nobody reads. Default 100. */
  capacity?: number;
  /** Other capacities, by the channel's name: a glob, or a RegExp that must match from the start. The first match wins. */
  channelCapacity?: ChannelCapacity;
  /** The first one encrypts, all decrypt: to rotate, put the new one first. Default none: clear text. */
  symmetricEncryptionKeys?: readonly string[];
  /** Bytes before each message of the core layer, which make members of a sorted set unique. Default 12. */
  randomPrefixLength?: number;
  /** Default `msgpack`. JSON carries no bytes. */
  serializerFormat?: SerializerFormat;
  /** In production `flush()` is refused. Default false. */
  production?: boolean;
}

export type SerializerFormat = 'msgpack' | 'json';

export type ChannelCapacity =
  Readonly<Record<string, number>> | Iterable<readonly [pattern: string | RegExp, capacity: number]>;

export interface LocalOptions {
  expiry: number;
  groupExpiry: number;
  capacityOf: (channel: string) => number;
}

/** What the queues of a process need, with the defaults filled in. Throws a `TypeError` where a number is none. */
export function localOptions(options: ChannelLayerOptions): LocalOptions {
  const expiry = options.expiry ?? 60;
  if (!(expiry > 0)) throw new TypeError('expiry is a positive number of seconds');
  const groupExpiry = options.groupExpiry ?? 86_400;
  if (!(groupExpiry >= 1)) throw new TypeError('groupExpiry is a number of seconds, 1 or more');
  return { expiry, groupExpiry, capacityOf: capacityRule(options.capacity ?? 100, options.channelCapacity) };
}

/** The capacity of a channel by its name. Throws a `TypeError` for a capacity that is not a positive integer. */
export function capacityRule(fallback: number, rules: ChannelCapacity = []): (channel: string) => number {
  const entries = Symbol.iterator in rules ? [...rules] : Object.entries(rules);
  for (const capacity of [fallback, ...entries.map(([, value]) => value)])
    if (!Number.isSafeInteger(capacity) || capacity < 1)
      throw new TypeError('A capacity is a positive number of messages');
  const compiled = entries.map(([pattern, capacity]) => ({ pattern: compile(pattern), capacity }));
  return (channel) => {
    for (const { pattern, capacity } of compiled) {
      pattern.lastIndex = 0;
      if (pattern.test(channel)) return capacity;
    }
    return fallback;
  };
}

/** Sticky: like Python's `re.match`, a pattern holds from the first character. */
function compile(pattern: string | RegExp): RegExp {
  if (pattern instanceof RegExp) return new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}y`);
  return new RegExp(`${globSource(pattern)}$`, 'y');
}

/** Python's fnmatch: `*`, `?`, `[abc]`, `[!abc]`; everything else is itself. */
function globSource(glob: string): string {
  return glob.replace(/\*|\?|\[(!?)([^\]]+)\]|[^*?[]+|\[/g, (part: string, not?: string, set?: string) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\^[]/g, '\\$&')}]`;
    return part.replace(/[.+^${}()|[\]\\/]/g, '\\$&');
  });
}
