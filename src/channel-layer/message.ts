import { randomUUID } from 'node:crypto';
import type { LayerMessage, LayerValue } from './channel-layer.js';

/** Where channels_redis' core layer writes whom a message is for: no message carries it by itself. */
export const envelopeKey = '__asgi_channel__';

/** Deeper than any message of ours; far from where a recursive decoder of some peer gives up. */
export const maxDepth = 32;

const minInteger = -(2n ** 63n);
const maxInteger = 2n ** 63n - 1n;

/**
 * A copy of a message that shares nothing with it and means the same in every serializer: 64-bit integers that fit a
 * number are numbers, and half a surrogate pair is U+FFFD (a Django consumer dies on a string it cannot decode).
 *
 * Throws a `TypeError` that names the place where the message is none.
 * @publicApi
 */
export function copyMessage(message: unknown): LayerMessage {
  if (!isMap(message)) throw new TypeError('A message is a map with a string "type"');
  const copy = copyMap(message, 'message', 1);
  if (typeof copy.type !== 'string') throw new TypeError('A message has a string "type"');
  return copy as LayerMessage;
}

/**
 * As {@link copyMessage}, of what somebody else made: fields that no message of ours could carry are left out, as whoever
 * reads the others would never miss them.
 */
export function readMessage(message: unknown): LayerMessage {
  if (!isMap(message)) throw new TypeError('A message is a map with a string "type"');
  const readable: { [key: string]: LayerValue } = {};
  for (const key of Object.keys(message))
    try {
      Object.assign(readable, copyMap({ [key]: message[key] }, 'message', 1));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  if (typeof readable.type !== 'string') throw new TypeError('A message has a string "type"');
  return readable as LayerMessage;
}

/** In place of a key that is no text, or is `__proto__`; begins with what no key of a peer could begin with, as it cannot be guessed. */
export const unreadableKey = `${randomUUID()} is no text`;

function copyValue(value: unknown, path: string, depth: number): LayerValue {
  switch (typeof value) {
    case 'string':
      return value.toWellFormed();
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value + 0; // -0 is 0: an integer on the wire
      throw new TypeError(`A message cannot carry ${value} (at ${path})`);
    case 'bigint':
      if (value < minInteger || value > maxInteger)
        throw new TypeError(`A message's integers fit 64 bits with a sign (at ${path})`);
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  if (value === null) return null;
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (depth >= maxDepth) throw new TypeError(`A message is at most ${maxDepth} levels deep`);
  if (Array.isArray(value))
    // `Array.from` visits holes too: they are undefined, and refused as such.
    return Array.from(value, (item, index) => copyValue(item, `${path}[${index}]`, depth + 1));
  if (isMap(value)) return copyMap(value, path, depth + 1);
  throw new TypeError(`A message cannot carry ${kindOf(value)} (at ${path})`);
}

function copyMap(map: Record<string, unknown>, path: string, depth: number): { [key: string]: LayerValue } {
  const copy: { [key: string]: LayerValue } = {};
  for (const key of Object.keys(map)) {
    if (key === unreadableKey) throw new TypeError(`The keys of a message are strings (at ${path})`);
    if (key === '__proto__') throw new TypeError(`A message cannot carry the key "__proto__" (at ${path})`);
    if (key === envelopeKey)
      throw new TypeError(`The key "${envelopeKey}" is reserved: it is the envelope of channels_redis`);
    copy[key.toWellFormed()] = copyValue(map[key], `${path}.${key}`, depth);
  }
  return copy;
}

/** Object literals and what parsers make; not instances of classes, whose meaning a peer could not know. */
function isMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  return `a ${value.constructor?.name || 'class instance'}`;
}
