import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH, MAX_KEYS, parseGuarded } from '../../src/socket/json-guard.js';
import { cpuMsOf } from '../support/observe.js';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const wide = (keys: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, n) => [`k${n}`, n])));
const refusal = (text: string) => {
  try {
    return parseGuarded(text);
  } catch (error) {
    return error;
  }
};

describe('a text from a client', () => {
  it.each([
    ['arrays', nested(MAX_DEPTH), nested(MAX_DEPTH + 1)],
    ['objects', '{"a":'.repeat(16) + '1' + '}'.repeat(16), '{"a":'.repeat(17) + '1' + '}'.repeat(17)],
    ['keys', wide(MAX_KEYS), wide(MAX_KEYS + 1)],
    ['keys of many objects', `[${'{"a":1},'.repeat(63)}{"a":1}]`, `[${'{"a":1},'.repeat(64)}{"a":1}]`],
  ])('may have so many levels of %s, and not one more', (_name, most, tooMany) => {
    expect(parseGuarded(most)).toEqual(JSON.parse(most));
    expect(refusal(tooMany)).toMatchObject({ code: 'bad_json' });
  });

  it('is refused for its depth without being parsed', () => {
    const deep = nested(8_000);
    const took = cpuMsOf(() => {
      for (let round = 0; round < 1_000; round++) expect(refusal(deep)).toMatchObject({ code: 'bad_json' });
    });
    expect(took).toBeLessThan(2_000);
  });

  it.each([
    ['brackets', JSON.stringify('['.repeat(100) + '{'.repeat(100))],
    ['colons', JSON.stringify(':'.repeat(100))],
    ['quotes', JSON.stringify({ text: '"'.repeat(40) + '{'.repeat(40) })],
    ['backslashes at its end', JSON.stringify([`\\\\\\`, '{'.repeat(40), '\\"'.repeat(20) + '['.repeat(40)])],
    ['as a key', JSON.stringify({ ['[{:'.repeat(40)]: 1 })],
  ])('may hold %s in a string', (_name, text) => expect(parseGuarded(text)).toEqual(JSON.parse(text)));

  it.each([
    '',
    ' ',
    '{',
    ']'.repeat(50),
    '"',
    '"\\',
    '{"a":1',
    'NaN',
    '1e',
    '{"a":1,}',
    "{'a':1}",
    '\ufeff{}',
  ])('is refused where it is not JSON: %j', (text) =>
    expect(refusal(text)).toMatchObject({ code: 'bad_json', message: 'not JSON' }),
  );

  it('is never repeated in the refusal', () => {
    expect(String(refusal('{"password":"hunter2"'))).not.toContain('hunter2');
  });

  it('cannot hide depth behind brackets that close before they open', () => {
    expect(refusal(']'.repeat(100) + nested(100))).toMatchObject({ code: 'bad_json' });
  });

  it('gives what JSON.parse gives, or a refusal, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.json({ maxDepth: 40 })), (text) => {
        const result = refusal(text);
        if (result instanceof Error) expect(result).toMatchObject({ code: 'bad_json' });
        else expect(result).toEqual(JSON.parse(text));
      }),
      { numRuns: 2_000, seed: 3 },
    );
  });
});
