import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerMessage, LayerValue } from '../../src/channel-layer/channel-layer.js';
import { copyMessage } from '../../src/channel-layer/message.js';
import { Serializer } from '../../src/channel-layer/serializer.js';

const hex = (message: object) => new Serializer().encode(message as LayerMessage).toString('hex');
const bytes = (text: string) => Buffer.from(text, 'hex');
const decode = (text: string) => new Serializer().decode(bytes(text));

/** `{"type":"t","v":…}`: what channels_redis 4.3 writes before the value. */
const head = '82a474797065a174a176';

describe('msgpack as channels_redis writes it', () => {
  it('writes the golden vectors, byte by byte', () => {
    expect(hex({ type: 'chat.message', message: 'hi' })).toBe(
      '82a474797065ac636861742e6d657373616765a76d657373616765a26869',
    );
    expect(hex({ type: 'chat.message', message: 'hé ✓' })).toBe(
      '82a474797065ac636861742e6d657373616765a76d657373616765a768c3a920e29c93',
    );
    const mixed = { n: 1, f: 1.5, b: Uint8Array.from([0, 255]), l: [1, null, true], big: 2 ** 40 };
    expect(hex({ type: 't', ...mixed })).toBe(
      '86a474797065a174a16e01a166cb3ff8000000000000a162c40200ffa16c9301c0c3a3626967cf0000010000000000',
    );
  });

  it.each<[LayerValue, string]>([
    [-129, 'd1ff7f'],
    [2 ** 31, 'ce80000000'],
    [2 ** 32 - 1, 'ceffffffff'],
    [2 ** 32, 'cf0000000100000000'],
    [-(2 ** 31), 'd280000000'],
    [-(2 ** 31) - 1, 'd3ffffffff7fffffff'],
    [1_700_000_000_000, 'cf0000018bcfe56800'],
    [2 ** 53, 'cb4340000000000000'],
    [2n ** 63n - 1n, 'cf7fffffffffffffff'],
    [-(2n ** 63n), 'd38000000000000000'],
    [5n, '05'],
    [-0, '00'],
    [1.5, 'cb3ff8000000000000'],
    [new Uint8Array(), 'c400'],
    [Buffer.from([1]), 'c40101'],
    ['x'.repeat(40), `d928${'78'.repeat(40)}`],
    ['\ud800', 'a3efbfbd'],
  ])('writes %s in its smallest form', (value, expected) => {
    expect(hex({ type: 't', v: value })).toBe(head + expected);
  });

  it.each([
    ['nothing', ''],
    ['half a message', '82a474797065'],
    ['something behind the message', '81a474797065a17400'],
    ['no map', '93010203'],
    ['no type', '80'],
    ['a type that is a number', '81a47479706507'],
    ['an array of four billion', 'ddffffffff'],
  ])('refuses %s with a TypeError', (_what, payload) => {
    expect(() => decode(payload)).toThrow(TypeError);
  });

  it.each([
    ['a key that is bytes', '82a474797065a174c4017802'],
    ['a prototype', '82a474797065a174a95f5f70726f746f5f5f80'],
    ['a map with a prototype', `${head}81a95f5f70726f746f5f5f80`],
    ['a timestamp', `${head}d6ff00000000`],
    ['an extension', `${head}d40001`],
    ['an integer beyond 64 bits with a sign', `${head}cf8000000000000000`],
    ['what is no number', `${head}cb7ff8000000000000`],
    ['a thousand arrays in each other', head + '91'.repeat(1000) + '00'],
  ])('leaves %s out, and reads the rest', (_what, payload) => {
    expect(decode(payload)).toEqual({ type: 't' });
  });
});

describe('the key __proto__', () => {
  it.each([
    ['msgpack', bytes('84a16101a95f5f70726f746f5f5f81a16401a474797065a174a9313233343536c3a93902')],
    ['json', Buffer.from('{"a": 1, "__proto__": {"d": 1}, "type": "t", "123456é9": 2}')],
  ] as const)('is left out, and the rest keeps its order: %s', (format, payload) => {
    const message = new Serializer(format).decode(payload);
    expect(Object.entries(message)).toEqual([
      ['a', 1],
      ['type', 't'],
      ['123456é9', 2],
    ]);
    expect(message.d).toBeUndefined();
  });
});

const key = fc
  .string({ unit: 'grapheme' })
  .filter((name) => name !== '__proto__' && name !== '__asgi_channel__');
const scalar = [
  fc.string({ unit: 'grapheme' }),
  fc.boolean(),
  fc.constant(null),
  fc.maxSafeInteger(),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  // A big integer that fits a number is the same message as the number.
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((n) => (Number.isSafeInteger(Number(n)) ? Number(n) : n)),
];
function messages(leaves: fc.Arbitrary<unknown>[]): fc.Arbitrary<LayerMessage> {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      ...leaves,
      fc.array(tie('value')),
      fc.dictionary(key, tie('value'), { noNullPrototype: true }),
    ),
  })).value;
  return fc
    .tuple(fc.string(), fc.dictionary(key, value, { noNullPrototype: true }))
    .map(([type, rest]) => ({ ...rest, type }) as LayerMessage);
}
/** -0 is the integer 0 to every peer. */
const plusZero = (value: unknown): unknown =>
  Object.is(value, -0)
    ? 0
    : Array.isArray(value)
      ? value.map(plusZero)
      : value !== null && Object.getPrototypeOf(value) === Object.prototype
        ? Object.fromEntries(Object.entries(value as object).map(([name, item]) => [name, plusZero(item)]))
        : value;

describe('every message', () => {
  it.each([
    ['msgpack', [...scalar, fc.uint8Array()]],
    ['json', scalar],
  ] as const)('comes back as it was sent: %s, clear and encrypted', (format, leaves) => {
    const clear = new Serializer(format);
    const encrypted = new Serializer(format, ['new', 'old']);
    fc.assert(
      fc.property(messages([...leaves]), (message) => {
        const expected = plusZero(message);
        expect(clear.decode(clear.encode(message))).toEqual(expected);
        expect(encrypted.decode(encrypted.encode(message))).toEqual(expected);
      }),
    );
  });

  it.each([
    ['msgpack', [...scalar, fc.uint8Array()]],
    ['json', scalar],
  ] as const)('comes back with whom it is for, and only then: %s', (format, leaves) => {
    const serializers = [new Serializer(format), new Serializer(format, ['secret'])];
    const names = fc.option(fc.oneof(fc.string(), fc.array(fc.string())), { nil: undefined });
    fc.assert(
      fc.property(
        messages([...leaves]),
        names,
        fc.constantFrom(...serializers),
        (message, to, serializer) => {
          const expected = plusZero(message);
          expect(serializer.decodeFor(serializer.encodeFor(copyMessage(message), to))).toEqual({
            message: expected,
            to: to === undefined ? [] : [to].flat(),
          });
        },
      ),
    );
  });

  it('is a message or a TypeError, whatever bytes arrive', () => {
    const serializers = [new Serializer(), new Serializer('json'), new Serializer('msgpack', ['secret'])];
    const { failed } = fc.check(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(...serializers),
        (payload, serializer) => {
          try {
            return typeof serializer.decodeFor(payload).message.type === 'string';
          } catch (error) {
            return error instanceof TypeError;
          }
        },
      ),
      { numRuns: 2000 },
    );
    expect(failed).toBe(false);
  });
});

describe('JSON', () => {
  const json = new Serializer('json');

  it('reads what Python writes', () => {
    const python = '{"type": "chat.message", "message": "h\\u00e9", "big": 9223372036854775807, "f": 1e+20}';
    expect(json.decode(Buffer.from(python))).toEqual({
      type: 'chat.message',
      message: 'hé',
      big: 2n ** 63n - 1n,
      f: 1e20,
    });
  });

  it('refuses bytes on sending', () => {
    expect(() => json.encode({ type: 't', v: Uint8Array.of(1) })).toThrow('they need the msgpack serializer');
  });

  it('leaves out what Python writes for numbers that are none, and reads the rest', () => {
    const python =
      '{"NaN": NaN, "type": "t", "message": "NaN, \\"Infinity\\" \\\\", "l": [1, -Infinity], "m": {"v": Infinity}, "n": 1}';
    expect(json.decode(Buffer.from(python))).toEqual({ type: 't', message: 'NaN, "Infinity" \\', n: 1 });
    for (const broken of ['{"type": "t", "v": "NaN}', '{"type": "t", "v": NaNa}', 'NaN'])
      expect(() => json.decode(Buffer.from(broken))).toThrow(TypeError);
  });

  it('is not a format that does not exist', () => {
    expect(() => new Serializer('toString' as 'json')).toThrow('serializerFormat is "msgpack" or "json"');
  });
});
