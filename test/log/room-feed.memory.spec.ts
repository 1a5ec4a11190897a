import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RING_EVENTS } from '../../src/log/event.ring.js';
import { HOLD_MS } from '../../src/log/room-feed.js';
import type { RoomEvent } from '../../src/log/room-log.js';
import { eventOf, House, LONG_MS, upTo } from './feed.house.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

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

describe('what is kept in memory', () => {
  it('ends after a time, and who comes back is sent to the log', () => {
    const house = new House();
    house.feed.begin(0);
    const at = (seq: number) => `2026-01-01T00:0${seq}:00.000Z`;
    for (const seq of upTo(5)) house.feed.offer({ ...eventOf(seq), at: at(seq) });
    house.feed.expire(at(3));
    expect(house.feed.since(1)).toBeNull();
    expect(house.feed.since(2)?.map(({ seq }) => seq)).toEqual([3, 4, 5]);
    house.feed.expire(at(6));
    expect([house.feed.since(4), house.feed.since(5)]).toEqual([null, []]);
    house.offer(6);
    expect(house.feed.since(5)).toHaveLength(1);
  });

  it('says what messages say now, and nothing of what was edited away or deleted', () => {
    const house = new House();
    house.feed.begin(0);
    house.offer(1, 2);
    const change = (seq: number, type: 'message.edited' | 'message.deleted', data: object) =>
      house.feed.offer({ ...eventOf(seq), type, data } as RoomEvent);
    const words = () => house.feed.since(0)?.map(({ data }) => (data as { text?: string }).text);
    change(3, 'message.edited', { id: 'id-1', text: 'better' });
    expect(words()).toEqual(['better', '2', 'better']);
    change(4, 'message.edited', { id: 'id-1', text: 'best' });
    expect(words()).toEqual(['best', '2', 'best', 'best']);
    change(5, 'message.deleted', { id: 'id-1' });
    expect(words()).toEqual(['', '2', '', '', undefined]);
    expect(house.feed.since(0)?.[0]?.data).toEqual({ text: '', deleted: true });
  });

  it('tells a hint that came twice from another event in the place of what was delivered', () => {
    const house = new House();
    house.feed.begin(0);
    house.offer(1, 2, 3, 3, 1);
    expect(house.contradictions).toBe(0);
    house.feed.offer({ ...eventOf(2), id: 'another' });
    expect(house.contradictions).toBe(1);
    house.offer(4);
    expect(house.delivered).toEqual([1, 2, 3]);
  });

  it('always has what stands at its place, so that another event there is noticed', () => {
    const [begun, emptied, unknown] = [new House(), new House(), new House()];
    begun.feed.begin(3, 'id-3');
    emptied.feed.begin(2);
    emptied.offer(3).feed.forget();
    unknown.feed.begin(3);
    for (const house of [begun, emptied, unknown]) {
      house.offer(3);
      expect(house.contradictions).toBe(0);
      house.feed.offer({ ...eventOf(3), id: 'another' });
    }
    expect([begun, emptied, unknown].map(({ contradictions }) => contradictions)).toEqual([1, 1, 0]);
  });
});

describe('a gap behind what was delivered', () => {
  it.each(['another event', 'nothing'])(
    'is not filled from a log in which %s stands there',
    async (found) => {
      const house = new House().store(found === 'nothing' ? 2 : 5);
      house.feed.begin(0);
      house.offer(1, 2, 3);
      if (found !== 'nothing') house.log[2] = { ...eventOf(3), id: 'another' };
      house.feed.compare(5);
      await vi.advanceTimersByTimeAsync(LONG_MS);
      house.offer(4);
      expect([house.delivered, house.contradictions]).toEqual([[1, 2, 3], 1]);
    },
  );
});

describe('who waits for an event', () => {
  it('is told once it was delivered, however it came, and at once where it had been', async () => {
    const house = new House().store(3);
    house.feed.begin(0);
    const told: number[] = [];
    for (const seq of [3, 1, 2]) void house.feed.delivered(seq).then(() => told.push(seq));
    house.offer(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([1]);
    house.feed.compare(3);
    await vi.advanceTimersByTimeAsync(house.latencyMs);
    expect(told.sort()).toEqual([1, 2, 3]);
    await house.feed.delivered(2);
  });

  it('is told where it was in the log before the feed began', async () => {
    const house = new House();
    const waiting = house.feed.delivered(3);
    house.feed.begin(3);
    await waiting;
  });

  it('is not left waiting where the room is closed', async () => {
    const house = new House();
    house.feed.begin(0);
    const waiting = [house.feed.delivered(1), house.feed.delivered(9)];
    house.feed.close();
    await Promise.all([...waiting, house.feed.delivered(5)]);
  });

  it('may ask for a shorter hold, and a longer one does not stretch it', async () => {
    const house = new House().store(4);
    house.feed.begin(0);
    house.offer(4);
    await vi.advanceTimersByTimeAsync(10);
    house.feed.offer(eventOf(3), 20);
    house.feed.offer(eventOf(2), HOLD_MS);
    await vi.advanceTimersByTimeAsync(20 + house.latencyMs);
    expect(house.delivered).toEqual([1, 2, 3, 4]);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(house.reads).toBe(1);
  });
});

describe('somebody who is called otherwise now', () => {
  it('is so in what was delivered and in what is still held, and others keep their names', () => {
    const house = new House();
    house.feed.begin(0);
    house.offer(1, 2, 4);
    house.feed.offer({ ...eventOf(5), actor: { id: 'bob', name: 'Bob' } });
    house.feed.rename({ id: 'ann', name: 'Anna' });
    house.offer(3);
    expect(house.feed.since(0)?.map(({ actor }) => actor.name)).toEqual([
      'Anna',
      'Anna',
      'Ann',
      'Anna',
      'Bob',
    ]);
  });

  it('is asked for in the log where a new name may have been missed', () => {
    const house = new House();
    house.feed.begin(0);
    house.offer(1, 2);
    house.feed.forget();
    house.offer(3);
    expect([house.feed.position, house.feed.since(0), house.feed.since(3)]).toEqual([3, null, []]);
    expect(house.feed.since(2)).toHaveLength(1);
  });
});
