import { describe, expect, it } from 'vitest';
import { preciseClock, RisingClock } from '../../src/channel-layer/rising-clock.js';

describe('the clock of messages', () => {
  it('strictly rises, whatever the system does to its own', () => {
    const times = [1_732_320_000_500, 1_732_320_000_500, 1_732_319_000_000, 1_732_320_001_000];
    const clock = new RisingClock(() => times.shift()!);
    const scores = [clock.next(), clock.next(), clock.next(), clock.next()];
    expect(scores).toEqual([...new Set(scores)].sort((a, b) => a - b));
    expect(scores.map((score) => Number(`${score}`))).toEqual(scores);
  });

  it('tells apart what happens within a millisecond', () => {
    let elapsed = 7000.25;
    const now = preciseClock(
      () => Math.floor(1_732_320_000_000 + elapsed),
      () => elapsed,
    );
    const first = now();
    elapsed += 0.3;
    expect(now() - first).toBeCloseTo(0.3, 3);
  });

  it.each([
    ['forward', 5000],
    ['back', -5000],
    ['forward by less than a millisecond', 0.7],
  ])('goes with a system clock that is set %s', (_, by) => {
    let [elapsed, set] = [1000, 0];
    const now = preciseClock(
      () => Math.floor(1_732_320_000_000 + elapsed + set),
      () => elapsed,
    );
    now();
    set = by;
    for (let n = 0; n < 1000; n++) {
      elapsed += 0.37;
      const truth = 1_732_320_000_000 + elapsed + set;
      expect(Math.abs(now() - truth)).toBeLessThanOrEqual(1);
    }
  });
});
