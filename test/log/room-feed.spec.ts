import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HOLD_MS, RING_EVENTS, RoomFeed } from '../../src/log/room-feed.js';
import type { RoomEvent } from '../../src/log/room-log.js';

const LONG_MS = 60_000;

function eventOf(seq: number): RoomEvent {
  const said = { id: `id-${seq}`, clientId: `client-${seq}`, data: { text: `${seq}` } };
  const actor = { id: 'ann', name: 'Ann' };
  return { roomId: 'r', seq, type: 'message.created', actor, at: '2026-01-01T00:00:00.000Z', ...said };
}

/** A log that answers after `latencyMs`, and what a feed on it delivers. */
class House {
  readonly log: RoomEvent[] = [];
  readonly delivered: number[] = [];
  reads = 0;
  atOnce = 0;
  mostAtOnce = 0;
  failures = 0;
  latencyMs = 5;
  readonly feed = new RoomFeed({
    read: (after, limit) => this.read(after, limit),
    deliver: ({ seq }) => void this.delivered.push(seq),
  });

  store(count: number): this {
    for (let n = 0; n < count; n++) this.log.push(eventOf(this.log.length + 1));
    return this;
  }

  offer(...seqs: number[]): this {
    for (const seq of seqs) this.feed.offer(eventOf(seq));
    return this;
  }

  private async read(after: number, limit: number): Promise<RoomEvent[]> {
    this.reads++;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    this.atOnce--;
    if (this.failures > 0) {
      this.failures--;
      throw new Error('the database is away');
    }
    return this.log.slice(after, after + limit);
  }
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

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
  | { do: 'wait'; ms: number }
  | { do: 'compare' }
  | { do: 'fail' }
  | { do: 'begin' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('store' as const), count: fc.nat(6) }) },
  // A hint for the newest is the usual one; further back it is late or doubled, and what is skipped is lost.
  { weight: 8, arbitrary: fc.record({ do: fc.constant('hint' as const), back: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(300) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'compare' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'fail' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'begin' as const }) },
);

describe('a room on one node', () => {
  it('delivers everything once and in order, whatever happens to the hints and the reads', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(250), async (steps, latencyMs) => {
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
      }),
      { numRuns: 400, seed: 11 },
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

  it('tries again where the log cannot be read, later and later, and delivers then', async () => {
    const house = new House().store(3);
    house.failures = 5;
    house.feed.begin(0);
    house.feed.compare(3);
    await vi.advanceTimersByTimeAsync(3_000);
    expect([house.delivered, house.reads]).toEqual([[], 4]);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect([house.delivered, house.reads]).toEqual([[1, 2, 3], 6]);
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

  it('does not ask for ever for a hint that is ahead of the log', async () => {
    const house = new House().store(1);
    house.feed.begin(0);
    house.offer(1, 7);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect([house.reads, house.delivered]).toEqual([1, [1]]);
    house.store(1).offer(2);
    expect(house.delivered).toEqual([1, 2]);
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

describe('who comes back', () => {
  it.each([RING_EVENTS - 1, RING_EVENTS, RING_EVENTS * 2 - 1, RING_EVENTS * 2, RING_EVENTS * 2 + 1, 2_000])(
    'finds the last 300 of %i in memory, and is sent to the log for what is no longer there',
    (count) => {
      const house = new House();
      house.feed.begin(0);
      house.offer(...upTo(count));
      const missed = Math.min(count, RING_EVENTS);
      expect(house.feed.since(count - missed)?.map(({ seq }) => seq)).toEqual(
        upTo(count, count - missed + 1),
      );
      expect(house.feed.since(count)).toEqual([]);
      expect(house.feed.since(count + 5)).toEqual([]);
      if (count > RING_EVENTS * 2) expect(house.feed.since(0)).toBeNull();
    },
  );

  it('is sent to the log for what was said before anybody was here', () => {
    const house = new House();
    house.feed.begin(10);
    expect(house.feed.since(9)).toBeNull();
    house.offer(11);
    expect(house.feed.since(9)).toBeNull();
    expect(house.feed.since(10)?.map(({ seq }) => seq)).toEqual([11]);
  });
});
