import { describe, expect, it } from 'vitest';
import { enter, seqs } from './room-session.house.js';
import { eventsOf, message } from './support.js';

describe('a page whose log is not what it was', () => {
  it('reloads where the log is behind what it shows, also under the same epoch', async () => {
    await using room = await enter({ head: () => 2 });
    await room.reloaded;
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
