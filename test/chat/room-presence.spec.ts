import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PresenceReport, RoomPresence } from '../../src/chat/room-presence.js';
import type { User } from '../../src/protocol/index.js';

const ann: User = { id: 'ann', name: 'Ann' };
const bob: User = { id: 'bob', name: 'Bob' };
const cleo: User = { id: 'cleo', name: 'Cleo' };

const names = (room: RoomPresence) => [...room.everyone().values()].map(({ name }) => name).sort();

describe('a person with several tabs', () => {
  it('comes once and goes with the last of them', () => {
    const room = new RoomPresence();
    expect([room.enter(ann), room.enter(ann)]).toEqual([true, false]);
    room.exit('ann', 1_000);
    expect(room.takeGone(99_999)).toEqual([]);
    room.exit('ann', 2_000);
    expect(names(room)).toEqual(['Ann']);
    expect(room.takeGone(1_999)).toEqual([]);
    expect(room.takeGone(2_000)).toEqual(['ann']);
    expect([names(room), room.hasLocal]).toEqual([[], false]);
  });

  it('has not left where the page was only loaded again', () => {
    const room = new RoomPresence();
    room.enter(ann);
    room.exit('ann', 1_000);
    const before = room.v;
    expect(room.enter(ann)).toBe(false);
    expect(room.takeGone(99_999)).toEqual([]);
    expect(room.v).toBe(before);
  });

  it('is told to others again where the name is another one', () => {
    const room = new RoomPresence();
    room.enter(ann);
    expect(room.enter({ ...ann, name: 'Anna' })).toBe(true);
    expect(names(room)).toEqual(['Anna']);
  });

  it('cannot leave a room that they are not in', () => {
    const room = new RoomPresence();
    room.exit('ann', 1);
    expect([room.takeGone(99), room.v]).toEqual([[], 0]);
  });
});

describe('a new name', () => {
  it('counts only where the person is', () => {
    const room = new RoomPresence();
    expect(room.rename(ann)).toBe(false);
    room.enter(ann);
    expect(room.rename({ ...ann, name: 'Anna' })).toBe(true);
    expect([names(room), room.v]).toEqual([['Anna'], 2]);
  });
});

describe('what other nodes say', () => {
  it('adds their people, and a person who is here too stays when they leave there', () => {
    const room = new RoomPresence();
    room.enter(ann);
    expect(room.hear('other', { v: 4, users: [ann, bob] }, 0)).toBe(true);
    expect(names(room)).toEqual(['Ann', 'Bob']);
    expect(room.hear('other', { v: 5, left: ['ann', 'bob'], joined: [cleo] }, 0)).toBe(true);
    expect(names(room)).toEqual(['Ann', 'Cleo']);
  });

  it.each<[string, PresenceReport]>([
    ['a change that is one too far', { v: 6, joined: [cleo] }],
    ['a beat of a version that was not heard', { v: 5 }],
    ['a beat of an older version', { v: 3 }],
  ])('is asked for anew after %s', (_name, report) => {
    const room = new RoomPresence();
    room.hear('other', { v: 4, users: [bob] }, 0);
    expect(room.hear('other', report, 0)).toBe(false);
    expect(names(room)).toEqual(['Bob']);
  });

  it('is asked for where the node is not known yet', () => {
    const room = new RoomPresence();
    expect(room.hear('other', { v: 1, joined: [bob] }, 0)).toBe(false);
    expect(room.hear('other', { v: 0 }, 0)).toBe(false);
    expect(names(room)).toEqual([]);
  });

  it('is taken once where it comes twice', () => {
    const room = new RoomPresence();
    room.hear('other', { v: 1, users: [bob] }, 0);
    const change: PresenceReport = { v: 2, left: ['bob'] };
    expect([room.hear('other', change, 0), room.hear('other', change, 0)]).toEqual([true, true]);
    expect(names(room)).toEqual([]);
  });

  it('lasts as long as the node is heard of, whatever it says', () => {
    const room = new RoomPresence();
    room.hear('alive', { v: 1, users: [bob] }, 0);
    room.hear('dead', { v: 1, users: [cleo] }, 0);
    room.hear('alive', { v: 1 }, 45_000);
    expect([room.forgetSilent(45_000), room.forgetSilent(45_000)]).toEqual([true, false]);
    expect(names(room)).toEqual(['Bob']);
    expect(room.hear('dead', { v: 2, joined: [ann] }, 46_000)).toBe(false);
  });
});

type Move =
  | { do: 'enter' | 'exit' | 'gone'; who: number; lost: boolean }
  | { do: 'rename'; who: number; name: string; lost: boolean }
  | { do: 'beat'; lost: boolean };
const who = fc.nat(4);
const lost = fc.boolean();
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ do: fc.constantFrom('enter' as const, 'exit' as const, 'gone' as const), who, lost }),
  fc.record({ do: fc.constant('rename' as const), who, name: fc.constantFrom('X', 'Y', 'Z'), lost }),
  fc.record({ do: fc.constant('beat' as const), lost }),
);

describe('two nodes', () => {
  it('agree after one beat, whatever got lost before it', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40, size: 'max' }), (moves) => {
        const here = new RoomPresence();
        const there = new RoomPresence();
        const people = Array.from({ length: 5 }, (_, n) => ({ id: `p${n}`, name: `P${n}` }));
        const tell = (change: Omit<PresenceReport, 'v'>, isLost: boolean) => {
          if (isLost || there.hear('here', { v: here.v, ...change }, 0)) return;
          // The question and its answer are as unreliable as everything else; here the answer comes.
          there.hear('here', here.report(), 0);
        };
        moves.forEach((each, now) => {
          if (each.do === 'beat') return tell({}, each.lost);
          const user = people[each.who] as User;
          if (each.do === 'enter' && here.enter({ ...user })) tell({ joined: [{ ...user }] }, each.lost);
          if (each.do === 'exit') here.exit(user.id, now);
          if (each.do === 'gone') {
            const left = here.takeGone(now);
            if (left.length > 0) tell({ left }, each.lost);
          }
          if (each.do === 'rename') {
            user.name = each.name;
            if (here.rename({ ...user })) tell({ joined: [{ ...user }] }, each.lost);
          }
        });
        tell({}, false);
        const sorted = (room: RoomPresence) =>
          [...room.everyone().values()].sort((a, b) => a.id.localeCompare(b.id));
        expect(sorted(there)).toEqual(sorted(here));
      }),
      { numRuns: 500, seed: 5 },
    );
  });
});
