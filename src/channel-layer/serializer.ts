import { Decoder, Encoder } from '@msgpack/msgpack';
import type { LayerMessage, LayerValue } from './channel-layer.js';
import { Fernet } from './fernet.js';
import { copyMessage, envelopeKey, maxDepth, readMessage, unreadableKey } from './message.js';
import type { SerializerFormat } from './options.js';

/**
 * A message to the bytes that channels_redis writes, and back: msgpack (or JSON text), inside a Fernet token where there
 * are keys. What goes in is a message by {@link copyMessage}, what comes out one by {@link readMessage}; or a `TypeError`.
 */
export class Serializer {
  private readonly fernet?: Fernet;

  constructor(
    private readonly format: SerializerFormat = 'msgpack',
    keys: readonly string[] = [],
  ) {
    if (!Object.hasOwn(codecs, format)) throw new TypeError('serializerFormat is "msgpack" or "json"');
    if (keys.length > 0) this.fernet = new Fernet(keys);
  }

  encode(message: LayerMessage): Buffer {
    return this.pack(copyMessage(message));
  }

  /** `maxAge` in seconds, of an encrypted message: by the sender's clock. */
  decode(payload: Uint8Array, maxAge?: number): LayerMessage {
    return readMessage(this.unpack(payload, maxAge));
  }

  /** A copy that {@link encodeFor} will take, or a `TypeError`: JSON carries less than a message may hold. */
  check(message: LayerMessage): LayerMessage {
    const copy = copyMessage(message);
    if (this.format === 'json') codecs.json.encode(copy);
    return copy;
  }

  /**
   * The core layer's envelope: whom it is for stands in the map itself, as its last entry. Takes what
   * {@link check} returned, so that a message for many is checked once.
   */
  encodeFor(copy: LayerMessage, to?: string | string[]): Buffer {
    return this.pack(to === undefined ? copy : { ...copy, [envelopeKey]: to });
  }

  /** A message and whom it names; nobody where it has no envelope, as on a plain channel. */
  decodeFor(payload: Uint8Array, maxAge?: number): { message: LayerMessage; to: string[] } {
    const value = this.unpack(payload, maxAge);
    if (!isEnveloped(value)) return { message: readMessage(value), to: [] };
    const { [envelopeKey]: named, ...rest } = value;
    const to: unknown[] = Array.isArray(named) ? named : [named];
    if (!to.every((name) => typeof name === 'string'))
      throw new TypeError('The envelope names channels by strings');
    return { message: readMessage(rest), to };
  }

  private pack(copy: LayerMessage): Buffer {
    const bytes = codecs[this.format].encode(copy);
    return this.fernet ? Buffer.from(this.fernet.encrypt(bytes), 'latin1') : bytes;
  }

  private unpack(payload: Uint8Array, maxAge?: number): unknown {
    const bytes = this.fernet ? this.fernet.decrypt(payload, maxAge) : payload;
    try {
      return codecs[this.format].decode(bytes);
    } catch (cause) {
      throw new TypeError(`The payload is not ${this.format}`, { cause });
    }
  }
}

const isEnveloped = (value: unknown): value is { [envelopeKey]: unknown } =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, envelopeKey);

interface Codec {
  encode(message: LayerMessage): Buffer;
  decode(bytes: Uint8Array): unknown;
}

// A message has been checked before: its big integers fit, its depth is below the cap.
const encoder = new Encoder({ useBigInt64: true, maxDepth: maxDepth + 2 });

/**
 * The encoder writes a number beyond 32 bits as a double, and only a bigint as 64 bits. Changes the value in place: it
 * is our copy.
 */
function widen(value: LayerValue): LayerValue {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && (value > 0xffff_ffff || value < -0x8000_0000)
      ? BigInt(value)
      : value;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) value[i] = widen(value[i]!);
  else for (const key of Object.keys(value)) value[key] = widen(value[key]!);
  return value;
}

/** The decoder refuses a whole message for this key, and asks us first what keys of such a length are. */
const protoOut = {
  canBeCached: (byteLength: number) => byteLength === '__proto__'.length,
  decode(bytes: Uint8Array, from: number, byteLength: number): string {
    const key = Buffer.from(bytes.subarray(from, from + byteLength)).toString('utf8');
    return key === '__proto__' ? unreadableKey : key;
  },
};

const msgpack: Codec = {
  encode: (message) => Buffer.from(encoder.encode(widen(message))),
  decode(bytes) {
    // A length that is longer than the payload is a lie, and must not become an allocation.
    const most = bytes.length;
    const decoder = new Decoder({
      useBigInt64: true,
      maxStrLength: most,
      maxBinLength: most,
      maxArrayLength: most,
      maxMapLength: most,
      maxExtLength: most,
      keyDecoder: protoOut,
      mapKeyConverter: (key) => (typeof key === 'number' || typeof key === 'string' ? key : unreadableKey),
    });
    return decoder.decode(bytes);
  },
};

/** In every runtime that we support; in no library of TypeScript yet. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/** Integers beyond a double's keep all their digits, as Python's do. */
const exactIntegers: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && source && /^-?\d+$/.test(source)
    ? BigInt(source)
    : value;

/** Python writes numbers that are none as words, which are not JSON. Strings are matched to be passed over. */
const pythonNumbers = /"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:NaN|Infinity)/g;
/** Beyond every double, and so no number of a message: whatever holds it is left out, as with msgpack. */
const asNumber = (part: string) => (part.startsWith('"') ? part : '1e999');

const json: Codec = {
  encode(message) {
    const text = JSON.stringify(message, (_key, value: unknown) => {
      if (value instanceof Uint8Array)
        throw new TypeError('JSON carries no bytes: they need the msgpack serializer');
      if (typeof value === 'bigint') return rawJSON(String(value));
      // A double, and not to come back as an integer.
      if (Number.isInteger(value) && !Number.isSafeInteger(value))
        return rawJSON((value as number).toExponential());
      return value;
    });
    return Buffer.from(text, 'utf8');
  },
  decode(bytes) {
    const text = Buffer.from(bytes).toString('utf8');
    const parse = (json: string): unknown =>
      JSON.parse(json, exactIntegers as (k: string, v: unknown) => unknown);
    return parse(
      text.includes('NaN') || text.includes('Infinity') ? text.replace(pythonNumbers, asNumber) : text,
    );
  },
};

const codecs: Record<SerializerFormat, Codec> = { msgpack, json };
