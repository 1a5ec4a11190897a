import { Serializer } from '../channel-layer/serializer.js';
import type { SerializerFormat } from '../channel-layer/options.js';
import { seenEvent, type SeenEvent } from './seen-event.js';

/** What a message of some Django app is made of. */
export interface Recognised {
  /** Unknown where it is encrypted and no key opens it. */
  format?: SerializerFormat;
  encrypted: boolean;
  /** Which of the keys given opens it, from 0. */
  key?: number;
  /** Random bytes before it. */
  prefixLength: number;
  event?: SeenEvent;
}

export type Name =
  | { layer: 'core'; prefix: string; group: string }
  | { layer: 'core'; prefix: string; process: string }
  | { layer: 'pubsub'; prefix: string; group: string }
  | { layer: 'pubsub'; prefix: string; channel: string }
  /** channels_redis 2 and before: lists instead of sorted sets. */
  | { layer: 'old'; prefix: string };

const formats: SerializerFormat[] = ['msgpack', 'json'];
/** Fernet's version byte, and a time before the year 2242. */
const token = /^gAAAA[A-Za-z0-9_-]{60,}={0,2}$/;
/** The default first: anything else is somebody's `random_prefix_length`. */
const prefixLengths = [
  12,
  ...Array.from({ length: 33 }, (_, length) => length).filter((length) => length !== 12),
];

/** A message of the core layer, behind its random bytes. */
export function recogniseMember(member: Buffer, keys: readonly string[]): Recognised | undefined {
  for (const prefixLength of prefixLengths) {
    const found = recognisePayload(member.subarray(prefixLength), keys);
    if (found) return { ...found, prefixLength };
  }
  return undefined;
}

/** A message of the pub/sub layer. */
export function recognisePayload(payload: Buffer, keys: readonly string[]): Recognised | undefined {
  if (token.test(payload.toString('latin1'))) {
    for (const [index, key] of keys.entries()) {
      const open = formats.map((format) => attempt(payload, format, [key])).find(Boolean);
      if (open) return { ...open, encrypted: true, key: index };
    }
    return { encrypted: true, prefixLength: 0 };
  }
  return formats.map((format) => attempt(payload, format, [])).find(Boolean);
}

/** What a key of Redis is to channels_redis, by its name alone. */
export function recogniseKey(key: string): Name | undefined {
  const group = /^(.*):group:([A-Za-z0-9._-]{1,99})$/s.exec(key);
  if (group) return { layer: 'core', prefix: group[1]!, group: group[2]! };
  const queue = /^(.*?)specific\.([0-9a-f]{32})!(?:\$inflight)?$/s.exec(key);
  if (queue) return { layer: 'core', prefix: queue[1]!, process: queue[2]! };
  const old = /^(.*?)specific\.[A-Za-z]{8}!/s.exec(key);
  return old ? { layer: 'old', prefix: old[1]! } : undefined;
}

/** What a channel that somebody is subscribed to is to channels_redis. */
export function recogniseChannel(channel: string): Name | undefined {
  const group = /^(.*)__group__([A-Za-z0-9._-]{1,99})$/s.exec(channel);
  if (group) return { layer: 'pubsub', prefix: group[1]!, group: group[2]! };
  const own = /^(.*?)specific\.[0-9a-f]{32}$/s.exec(channel);
  return own ? { layer: 'pubsub', prefix: own[1]!, channel } : undefined;
}

function attempt(payload: Buffer, format: SerializerFormat, keys: string[]): Recognised | undefined {
  try {
    const { message } = new Serializer(format, keys).decodeFor(payload);
    return { format, encrypted: keys.length > 0, prefixLength: 0, event: seenEvent(message) };
  } catch {
    return undefined;
  }
}
