import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../views/client/clock.js';
import { FAR_BEHIND } from '../../views/client/hole-filler.js';
import { enter, seqs } from './room-session.house.js';
import { eventsOf, message } from './support.js';

describe('a page whose log is not what it was', () => {
  it('reloads where the log is behind what it shows, also under the same epoch', async () => {
    await using room = await enter({ head: () => 2 });
    await room.reloaded;
  });

  it('reloads where more was missed than anybody reads, instead of fetching all of it', async () => {
    await using room = await enter({ head: () => 3 + FAR_BEHIND + 1 });
    await room.reloaded;
    expect(room.asked).toEqual([]);
  });

  it('stays where only that server is late', async () => {
    const asked = Promise.withResolvers<void>();
    await using room = await enter({
      head: () => 2,
      fetchEvents: async (query) => {
        asked.resolve();
        return eventsOf(3, query);
      },
    });
    let reloads = 0;
    void room.reloaded.then(() => reloads++);
    await asked.promise;
    await room.until(({ room: { online } }) => online === 2);
    room.server.push('message.created', message(4));
    expect(seqs(await room.until((view) => view.room.position === 4))).toEqual([1, 2, 3, 4]);
    expect(reloads).toBe(0);
  });
});

describe('a page that is sent away while something is missing on it', () => {
  it('asks for nothing more', async () => {
    let asked = 0;
    const waits = Promise.withResolvers<() => void>();
    const clock: Clock = {
      now: systemClock.now,
      // The pause before it is asked for again ends when the test says so.
      after: (ms, run) => (ms === 2_000 ? (waits.resolve(run), () => {}) : systemClock.after(ms, run)),
    };
    const fetchEvents = async (): Promise<never> => {
      asked++;
      throw new Error('not found');
    };
    await using room = await enter({ head: () => 3, fetchEvents, clock });
    await room.until(({ room: { online } }) => online === 2);
    room.server.push('message.created', message(9));
    const again = await waits.promise;
    room.server.push('room.left', { room: 'lobby', seq: 10 });
    await room.until(({ gone }) => gone !== null);
    again();
    expect(asked).toBe(1);
  });
});
