import { describe, expect, it } from 'vitest';
import { AttemptLimits } from '../../src/auth/attempt-limits.js';

const rule = { window: 10, max: 2 };

describe('attempts', () => {
  it('are refused above the limit until the window has passed, each key on its own', () => {
    let now = 0;
    const limits = new AttemptLimits(10, () => now);
    const ask = (key: string) => limits.consume(key, rule);
    expect([ask('a'), ask('a'), ask('b')].every(({ allowed }) => allowed)).toBe(true);
    now = 4_000;
    expect(ask('a')).toEqual({ allowed: false, retryAfter: 6 });
    now = 10_000;
    expect(ask('a').allowed).toBe(true);
  });

  it('from a flood of addresses do not fill the memory', () => {
    const limits = new AttemptLimits(2);
    for (const key of ['a', 'a', 'b', 'c']) limits.consume(key, rule);
    // The oldest was pushed out, so it starts again; the newest was kept.
    expect(limits.consume('c', rule).allowed).toBe(true);
    expect(limits.consume('c', rule).allowed).toBe(false);
    expect(limits.consume('a', rule).allowed).toBe(true);
  });
});
