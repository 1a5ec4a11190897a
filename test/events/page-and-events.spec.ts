import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { createRoomLog } from '../../src/log/create.room-log.js';
import type { RoomDirectory, RoomLog } from '../../src/log/room-log.js';
import { roomEvents, type RoomEventType } from '../../src/protocol/index.js';
import { reducers, type RoomPush } from '../../views/client/room-events.js';
import type { RoomState } from '../../views/client/room-state.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import {
  type Deed,
  deeds,
  opened,
  pageOf,
  perform,
  replayOf,
  shown,
  told,
  types,
} from './room-events.house.js';

let postgres: TestPostgres;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  postgres = stack.use(await startPostgres());
});
afterAll(() => stack.disposeAsync());

async function logOn(url: string): Promise<{ log: RoomLog; rooms: RoomDirectory }> {
  const database = await openDatabase({ url, pool: 4 });
  stack.defer(() => database.close());
  await migrate(database);
  return createRoomLog(database);
}
const stores = {
  SQLite: { open: () => logOn('sqlite::memory:'), runs: 120 },
  PostgreSQL: { open: async () => logOn(await postgres.createDatabase()), runs: 25 },
};

const room = 'lobby';
/** How pushes reach a page: some late, some twice. The socket promises better; a page relies on less. */
const disorder = fc.record({
  order: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
  again: fc.nat(3),
});
type Disorder = typeof disorder extends fc.Arbitrary<infer Value> ? Value : never;

function disordered(pushes: readonly RoomPush[], { order, again }: Disorder): RoomPush[] {
  const twice = pushes.flatMap((push, index) => (index % (again + 1) === 0 ? [push, push] : [push]));
  const keyed = twice.map((push) => ({ push, key: order.next().value as number }));
  return keyed.sort((a, b) => a.key - b.key).map(({ push }) => push);
}

describe('what is done in a room', () => {
  it('is of a type that has its schema, its reducer and its place in this test', () => {
    expect(types.toSorted()).toEqual(Object.keys(roomEvents).toSorted());
    expect(Object.keys(reducers).toSorted()).toEqual(Object.keys(roomEvents).toSorted());
  });

  it.each(Object.entries(stores))(
    'makes of any older page the page that is read now: in %s, live or replayed, late, twice, out of order',
    async (_store, { open, runs }) => {
      const { log, rooms } = await open();
      const seen = new Set<RoomEventType>();
      const property = fc.asyncProperty(
        deeds({ minLength: 1, maxLength: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        disorder,
        async (all: Deed[], at, chance) => {
          const { room: lobby } = await rooms.open(`${room}-${randomUUID()}`);
          const open = Math.floor(at * all.length);
          let page = await pageOf(log, lobby);
          const live: RoomPush[] = [];
          for (const [index, deed] of all.entries()) {
            if (index === open) page = await pageOf(log, lobby);
            const push = await perform(log, lobby, deed, `${index}`);
            seen.add(push.event as RoomEventType);
            if (push.data.seq > page.head || index >= open) live.push(push);
          }
          const fresh = opened(await pageOf(log, lobby));
          const same = (state: RoomState) => expect(shown(state)).toEqual(shown(fresh));
          const replay = await replayOf(log, lobby, page.head);
          const later = live.filter(({ data }) => data.seq > page.head);

          same(told(opened(page), later));
          same(told(opened(page), replay));
          same(told(opened(page), disordered(later, chance)));
          // From the beginning, and onto a page that shows already what is told.
          const everything = await replayOf(log, lobby, 0);
          same(told(opened({ ...page, messages: [], head: 0 }), everything));
          same(told(opened({ ...(await pageOf(log, lobby)), head: page.head }), known(replay)));
        },
      );
      await fc.assert(property, { numRuns: runs });
      expect([...seen].toSorted()).toEqual(types.toSorted());
    },
    180_000,
  );
});

/** A page that is newer than its head shows the new messages already: of those, what became of them is told. */
function known(replay: RoomPush[]): RoomPush[] {
  return replay.map((push) =>
    push.event === 'message.created' ? { ...push, event: 'known already' } : push,
  );
}
