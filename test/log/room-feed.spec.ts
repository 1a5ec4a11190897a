import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HOLD_MS } from '../../src/log/room-feed.js';
import { eventOf, House, LONG_MS, upTo } from './feed.house.js';

beforeEach(() => {
  Logger.overrideLogger(false);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  Logger.overrideLogger(['log', 'error', 'warn', 'debug', 'verbose', 'fatal']);
});

type Step =
  | { do: 'store'; count: number }
  | { do: 'hint'; back: number }
  | { do: 'next'; ahead: number }
  | { do: 'wait'; ms: number }
  | { do: 'compare' }
  | { do: 'fail' }
  | { do: 'begin' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('store' as const), count: fc.nat(6) }) },
  // A hint for the newest is the usual one; further back it is late or doubled, and what is skipped is lost.
  { weight: 5, arbitrary: fc.record({ do: fc.constant('hint' as const), back: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('next' as const), ahead: fc.integer({ min: -1, max: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(300) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'compare' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'fail' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'begin' as const }) },
);

describe('a room on one node', () => {
  it('delivers everything once and in order, whatever happens to the hints and the reads', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60, size: 'max' }),
        fc.nat(250),
        async (steps, latencyMs) => {
          const house = new House();
          house.latencyMs = latencyMs;
          let begunAt: number | undefined;
          const begin = () => {
            if (begunAt !== undefined) return;
            begunAt = house.log.length;
            house.feed.begin(begunAt);
          };
          for (const each of steps) {
            if (each.do === 'store') house.store(each.count);
            if (each.do === 'hint' && house.log.length > each.back) house.offer(house.log.length - each.back);
            const next = each.do === 'next' ? house.feed.position + each.ahead : 0;
            if (next >= 1 && next <= house.log.length) house.offer(next);
            if (each.do === 'wait') await vi.advanceTimersByTimeAsync(each.ms);
            if (each.do === 'compare') house.feed.compare(house.log.length);
            if (each.do === 'fail') house.failures++;
            if (each.do === 'begin') begin();
          }
          begin();
          house.feed.compare(house.log.length);
          await vi.advanceTimersByTimeAsync(LONG_MS);

          expect(house.delivered).toEqual(upTo(house.log.length, (begunAt ?? 0) + 1));
          expect(house.feed.position).toBe(house.log.length);
          expect(house.mostAtOnce).toBeLessThanOrEqual(1);
          expect(vi.getTimerCount()).toBe(0);
        },
      ),
      { numRuns: 1_000, seed: 11 },
    );
  });

  it('does not read where a gap closes by itself within the hold', async () => {
    const house = new House().store(4);
    house.feed.begin(0);
    house.offer(1, 4, 3);
    await vi.advanceTimersByTimeAsync(HOLD_MS - 1);
    expect(house.delivered).toEqual([1]);
    house.offer(2);
    expect(house.delivered).toEqual([1, 2, 3, 4]);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(house.reads).toBe(0);
  });

  it('reads once for a gap that stays open, however many hints come meanwhile', async () => {
    const house = new House().store(50);
    house.latencyMs = 1_000;
    house.feed.begin(0);
    for (let seq = 3; seq <= 50; seq++) house.offer(seq);
    await vi.advanceTimersByTimeAsync(HOLD_MS);
    expect(house.reads).toBe(1);
    house.store(10).offer(...upTo(60, 51));
    house.feed.compare(60);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect([house.reads, house.delivered]).toEqual([1, upTo(60)]);
  });

  it('finds a lost last message as soon as it is told the head', async () => {
    const house = new House().store(2);
    house.feed.begin(0);
    house.offer(1);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(house.delivered).toEqual([1]);
    house.feed.compare(2);
    await vi.advanceTimersByTimeAsync(house.latencyMs);
    expect(house.delivered).toEqual([1, 2]);
  });

  it('reads a long absence page by page', async () => {
    const house = new House().store(1_000);
    house.feed.begin(0);
    house.feed.compare(1_000);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect([house.delivered, house.reads]).toEqual([upTo(1_000), 4]);
  });

  it('tries again where the log cannot be read, later and later, and delivers within a second of its coming back', async () => {
    const house = new House().store(3);
    house.failures = Infinity;
    house.feed.begin(0);
    house.feed.compare(3);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(house.reads).toBe(3);
    await vi.advanceTimersByTimeAsync(LONG_MS + 1_000);
    expect(house.reads).toBeLessThanOrEqual(4 + LONG_MS / 1_000);
    expect(house.delivered).toEqual([]);
    house.failures = 0;
    await vi.advanceTimersByTimeAsync(1_000 + 2 * house.latencyMs);
    expect(house.delivered).toEqual([1, 2, 3]);
  });

  it('reads the next gap too, after one that could not be read at first', async () => {
    const house = new House().store(2);
    house.failures = 1;
    house.feed.begin(0);
    house.feed.compare(2);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    house.store(2).offer(4);
    await vi.advanceTimersByTimeAsync(HOLD_MS + house.latencyMs);
    expect(house.delivered).toEqual([1, 2, 3, 4]);
  });

  it('reads the next gap too, after one that closed by itself while a read was to be tried again', async () => {
    const house = new House().store(2);
    house.failures = 1;
    house.feed.begin(0);
    house.offer(2);
    await vi.advanceTimersByTimeAsync(HOLD_MS + house.latencyMs);
    house.offer(1).store(2).offer(4);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(house.delivered).toEqual([1, 2, 3, 4]);
  });

  it('does not ask for ever for a hint that is ahead of the log', async () => {
    const house = new House().store(1);
    house.feed.begin(0);
    house.offer(1, 7);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect([house.reads, house.delivered]).toEqual([1, [1]]);
    house.store(1).offer(2);
    expect(house.delivered).toEqual([1, 2]);
  });

  it('does not believe a hint that was ahead of the log when its turn comes', async () => {
    const house = new House().store(1);
    house.feed.begin(0);
    house.offer(1);
    house.feed.offer({ ...eventOf(3), id: 'never stored' });
    await vi.advanceTimersByTimeAsync(LONG_MS);
    house.store(2).offer(2);
    expect(house.delivered).toEqual([1, 2]);
    house.offer(3);
    expect([house.delivered, house.contradictions]).toEqual([[1, 2, 3], 0]);
  });

  it('looks again for what it heard of while it found nothing', async () => {
    const house = new House().store(1);
    house.readsAsOf = 'its beginning';
    house.feed.begin(0);
    house.offer(1, 7);
    await vi.advanceTimersByTimeAsync(HOLD_MS);
    expect(house.reads).toBe(1);
    house.store(2).offer(3);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(house.delivered).toEqual([1, 2, 3]);
  });

  it('is silent once it is closed, in the middle of a read or of a retry', async () => {
    for (const failures of [0, 3]) {
      const house = new House().store(3);
      house.failures = failures;
      house.feed.begin(0);
      house.feed.compare(3);
      await vi.advanceTimersByTimeAsync(failures ? 100 : 1);
      house.feed.close();
      house.offer(1);
      await vi.advanceTimersByTimeAsync(LONG_MS);
      expect([house.delivered, vi.getTimerCount()]).toEqual([[], 0]);
    }
  });
});

describe('what was stored while a room was being entered', () => {
  it('is delivered from memory, and what the head covers is not delivered again', async () => {
    const house = new House().store(5).offer(2, 5, 4, 3);
    expect(house.delivered).toEqual([]);
    house.feed.begin(3);
    expect(house.delivered).toEqual([4, 5]);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(house.reads).toBe(0);
  });

  it('is read where its hint was lost', async () => {
    const house = new House().store(6).offer(6);
    house.feed.begin(3);
    await vi.advanceTimersByTimeAsync(HOLD_MS + house.latencyMs);
    expect(house.delivered).toEqual([4, 5, 6]);
  });
});
