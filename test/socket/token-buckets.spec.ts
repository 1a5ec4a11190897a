import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { TokenBuckets } from '../../src/socket/token-buckets.js';

describe('a limit of 5 a second with a burst of 20', () => {
  it('lets 20 pass at once, and tells the 21st exactly how long to wait', () => {
    const buckets = new TokenBuckets(5, 20);
    for (let n = 0; n < 20; n++) expect(buckets.take('ann', 0)).toBe(0);
    expect(buckets.take('ann', 0)).toBe(200);
    expect(buckets.take('ann', 199)).toBe(1);
    expect(buckets.take('ann', 200)).toBe(0);
    expect(buckets.take('ann', 200)).toBe(200);
  });

  it('is each person’s own', () => {
    const buckets = new TokenBuckets(5, 1);
    expect([buckets.take('ann', 0), buckets.take('bob', 0)]).toEqual([0, 0]);
    expect(buckets.take('ann', 0)).toBeGreaterThan(0);
  });

  it('saves up no more than the burst, however long one is silent', () => {
    const buckets = new TokenBuckets(5, 3);
    buckets.take('ann', 0);
    const allowed = Array.from({ length: 10 }, () => buckets.take('ann', 1_000_000)).filter((wait) => !wait);
    expect(allowed).toHaveLength(3);
  });

  it('is not stretched by attempts that are refused', () => {
    const buckets = new TokenBuckets(1, 1);
    buckets.take('ann', 0);
    for (let now = 100; now < 1_000; now += 100) expect(buckets.take('ann', now)).toBeGreaterThan(0);
    expect(buckets.take('ann', 1_001)).toBe(0);
  });
});

describe('a limit', () => {
  it('is never passed in any stretch of time, and whoever waits as told is let through', () => {
    const pauses = fc.array(fc.nat(700), { minLength: 1, maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(
        pauses,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (gaps, rate, burst) => {
          const buckets = new TokenBuckets(rate, burst);
          const passed: number[] = [];
          let now = 0;
          for (const gap of gaps) {
            now += gap;
            const wait = buckets.take('ann', now);
            if (wait > 0) expect(buckets.take('ann', (now += wait))).toBe(0);
            passed.push(now);
          }
          for (let from = 0; from < passed.length; from++)
            for (let to = from; to < passed.length; to++) {
              const seconds = ((passed[to] as number) - (passed[from] as number)) / 1000;
              expect(to - from + 1).toBeLessThanOrEqual(burst + rate * seconds + 1e-6);
            }
        },
      ),
      { seed: 3 },
    );
  });

  it('forgets those who are silent, and nobody who still waits', () => {
    const buckets = new TokenBuckets(1, 2, 3);
    for (const key of ['a', 'b', 'c']) buckets.take(key, 0);
    buckets.take('c', 1_900);
    buckets.take('c', 1_900);
    // The fourth key sweeps: `a` and `b` are full again, `c` is not.
    expect(buckets.take('d', 2_000)).toBe(0);
    expect(buckets.take('c', 2_000)).toBe(900);
  });

  it('looks for the silent no more often than their number doubles, so that many keys cost no more each than few', () => {
    const buckets = new TokenBuckets(1, 1_000, 100);
    const kept = Reflect.get(buckets, 'buckets') as Map<string, unknown>;
    const looks = vi.spyOn(kept, Symbol.iterator);
    for (let n = 0; n < 3_200; n++) buckets.take(`user ${n}`, 0);
    expect(kept.size).toBe(3_200);
    expect(looks).toHaveBeenCalledTimes(5);
  });
});
