import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FanOut } from '../../src/socket/fan-out.js';
import { connected, endOfTurn, type SocketDouble } from './socket-double.js';

const push = (n: number) => ({ event: 'x', data: { n } });
const numbers = ({ frames }: SocketDouble) => frames.map((frame) => (frame.data as { n: number }).n);

type Step = { do: 'add' | 'remove' | 'deliver' | 'reply' | 'turn'; who: number; group: number };
const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('add', 'remove', 'deliver', 'deliver', 'deliver', 'reply', 'turn'),
  who: fc.nat(3),
  group: fc.nat(1),
});

/** One socket a turn, and whoever comes later gets what came meanwhile, in however small a group. */
class RoundAndRound extends FanOut {
  protected override readonly socketsPerTurn = 1;
  protected override readonly hugeGroup = 1;
}

describe('whatever happens in whatever turn', () => {
  it.each([
    ['in one turn', FanOut],
    ['round and round', RoundAndRound],
  ])(
    'each member gets what was delivered while it was one, once, in order, and replies behind it, %s',
    async (_how, Way) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
          const fanOut = new Way();
          const people = Array.from({ length: 4 }, (_, n) =>
            connected({ user: { id: `${n}`, name: `${n}` } }),
          );
          // What a person must get; what had not been written when they left a group may be missing.
          const due = people.map((): { n: number; group: number | null; optional: boolean }[] => []);
          for (const [n, { do: what, who, group }] of steps.entries()) {
            const { connection, socket } = people[who]!;
            const name = `g${group}`;
            if (what === 'turn') await endOfTurn();
            if (what === 'add' && !connection.isIn(name)) fanOut.add(name, connection);
            if (what === 'reply') {
              fanOut.push(connection, push(n));
              due[who]!.push({ n, group: null, optional: false });
            }
            if (what === 'remove') {
              const has = new Set(numbers(socket));
              for (const each of due[who]!) each.optional ||= each.group === group && !has.has(each.n);
              fanOut.remove(name, connection);
            }
            if (what === 'deliver') {
              for (const [index, person] of people.entries())
                if (person.connection.isIn(name)) due[index]!.push({ n, group, optional: false });
              fanOut.deliver(name, push(n));
            }
          }
          for (let turns = 0; turns < 30; turns++) await endOfTurn();
          for (const [index, { socket }] of people.entries()) {
            const got = numbers(socket) as number[];
            const place = new Map(got.map((n, at) => [n, at]));
            expect(place.size).toBe(got.length);
            expect(got.every((n) => due[index]!.some((each) => each.n === n))).toBe(true);
            for (const each of due[index]!) if (!each.optional) expect(place.has(each.n)).toBe(true);
            const here = due[index]!.filter(({ n }) => place.has(n));
            for (const [at, later] of here.entries())
              for (const earlier of here.slice(0, at))
                if (later.group === null || earlier.group === later.group)
                  expect(place.get(earlier.n)).toBeLessThan(place.get(later.n) as number);
          }
        }),
        { numRuns: 500, seed: 9 },
      );
    },
  );
});
