import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterClose,
  CALM_MS,
  jitter,
  LONGEST_WAIT_MS,
  SHORTEST_WAIT_MS,
} from '../../views/client/reconnect.js';
import { seeded } from '../chaos/random.js';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const codes = fc.constantFrom(1006, 1012, 1013);
const lost = { code: 1006, openForMs: 0, attempt: 0, chance: 0.999 };

describe('coming back after a lost connection', () => {
  it('waits at most half a second first, longer each time, never above twenty', () => {
    fc.assert(
      fc.property(fc.nat(10_000), chance, (attempt, luck) => {
        const ms = jitter(attempt, luck);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThan(attempt === 0 ? SHORTEST_WAIT_MS : LONGEST_WAIT_MS);
        expect(ms).toBeLessThanOrEqual(jitter(attempt + 1, luck));
      }),
    );
    expect(jitter(100, 0.5)).toBe(LONGEST_WAIT_MS / 2);
  });

  it('brings 99 of 100 back within five seconds where the server needed three to be back', () => {
    const back = Array.from({ length: 1_000 }, (_, seed) => {
      const luck = seeded(seed);
      let at = 0;
      for (let attempt = 0; at < 3_000; attempt++) at += jitter(attempt, luck());
      return at;
    }).toSorted((a, b) => a - b);
    expect(back[989]).toBeLessThan(5_000);
  });

  it('starts from the shortest wait again after half a minute of calm, not before', () => {
    expect(afterClose({ ...lost, attempt: 9, openForMs: CALM_MS })).toEqual({
      kind: 'wait',
      ms: 499,
      attempt: 1,
    });
    expect(afterClose({ ...lost, attempt: 9, openForMs: CALM_MS - 1 })).toMatchObject({ attempt: 10 });
  });

  it('never comes before the moment the server asked for', () => {
    fc.assert(
      fc.property(codes, fc.nat(120_000), fc.nat(50), chance, (code, retryAfterMs, attempt, luck) => {
        const next = afterClose({ ...lost, code, retryAfterMs, attempt, chance: luck });
        expect(next.kind === 'wait' && next.ms >= retryAfterMs).toBe(true);
      }),
    );
  });

  it('is spread once where the server leaves, which has told each another moment', () => {
    const told = { ...lost, code: 1012, retryAfterMs: 800, openForMs: 5_000 };
    expect(afterClose({ ...told, attempt: 0 })).toEqual({ kind: 'wait', ms: 800, attempt: 1 });
    expect(afterClose({ ...told, attempt: 2 })).toMatchObject({ ms: 1_498 });
    // Those who were told nothing, or all the same, spread themselves.
    expect(afterClose({ ...told, retryAfterMs: 0 })).toMatchObject({ ms: 499 });
    expect(afterClose({ ...told, code: 1013 })).toMatchObject({ ms: 1_299 });
  });

  it('stays away after a close that says so', () => {
    for (const code of [4500, 4501, 4502, 4503, 4505, 4999]) {
      expect(afterClose({ ...lost, code })).toEqual({ kind: 'stop' });
    }
    for (const code of [1000, 1001, 1006, 1011, 1012, 1013, 4000, 4002, 4005, 4499]) {
      expect(afterClose({ ...lost, code }).kind).toBe('wait');
    }
  });
});
