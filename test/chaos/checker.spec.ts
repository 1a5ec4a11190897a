import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check, type Evidence } from './checker.js';
import { violationsOf } from './findings.js';
import type { Glimpse, Send, Sighting, View } from './history.js';

const ROOM = 'lobby';

const event = (seq: number, room = ROOM): Sighting => ({
  type: 'message.created',
  room,
  seq,
  id: `${room}-id-${seq}`,
  author: 'ann',
  clientId: `${room}-c-${seq}`,
});
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, n) => first + n);
const sendOf = (stored: Sighting): Send => ({
  client: 'ann',
  ...stored,
  invokedAt: stored.seq * 10,
  answeredAt: stored.seq * 10 + 5,
  outcome: 'ok',
  tries: 1,
});
const joined = (connection: number, head: number, after?: number): Glimpse => ({
  at: head * 10,
  kind: 'joined',
  connection,
  room: ROOM,
  head,
  recovered: after !== undefined,
  ...(after !== undefined && { after }),
});
const pushed = (connection: number, message: Sighting): Glimpse[] => [
  { at: message.seq * 10 + 6, kind: 'push', connection, message },
  { at: message.seq * 10 + 6, kind: 'shown', message },
];

/** Twenty messages. Bob sees 1–8, is away, and comes back with 9–12 replayed and the rest live. */
function clean(): Evidence & { views: View[]; stored: Sighting[]; sends: Send[] } {
  const stored = upTo(20).map((seq) => event(seq));
  const glimpses: Glimpse[] = [
    joined(1, 0),
    ...stored.slice(0, 8).flatMap((message) => pushed(1, message)),
    { at: 90, kind: 'closed', connection: 1, code: 1006 },
    joined(2, 12, 8),
    ...stored.slice(8).flatMap((message) => pushed(2, message)),
  ];
  return {
    sends: stored.map(sendOf),
    stored,
    heads: new Map([[ROOM, 20]]),
    views: [{ client: 'bob', roomsAtEnd: [ROOM], glimpses }],
  };
}

const bobSees = (glimpses: Glimpse[]): Evidence => ({
  ...clean(),
  views: [{ client: 'bob', roomsAtEnd: [], glimpses }],
});

describe('a run in which nothing went wrong', () => {
  it('is found to be sound', () => {
    const verdict = check(clean());
    expect(verdict.problems).toEqual([]);
    expect(violationsOf(verdict)).toBe(0);
    expect(verdict).toMatchObject({ acked: 20, unknown: 0, stored: 20 });
  });

  it('may tell somebody to reload, and fill the hole from history', () => {
    const glimpses: Glimpse[] = [
      joined(1, 0),
      ...pushed(1, event(1)),
      { at: 50, kind: 'resync', connection: 1, room: ROOM, head: 19 },
      ...upTo(19, 2).map((seq): Glimpse => ({ at: 60, kind: 'shown', message: event(seq) })),
      ...pushed(1, event(20)),
    ];
    expect(check(bobSees(glimpses)).problems).toEqual([]);
  });

  it('may leave open what became of a message that nobody acknowledged', () => {
    const run = clean();
    const open: Send = { ...sendOf(event(21)), outcome: 'unknown', seq: undefined };
    expect(check({ ...run, sends: [...run.sends, open] })).toMatchObject({ lost: 0, unknown: 1 });
  });

  it('is timed: the longest silence, the return, and how late messages were', () => {
    const run = clean();
    run.views[0]?.glimpses.push({ at: 250, kind: 'whole', connection: 2 });
    const { recoveryMs, staleMs, longestSilenceMs } = check(run);
    expect(recoveryMs).toEqual({ p50: 160, p99: 160, most: 160 });
    expect(staleMs).toEqual({ p50: 1, p99: 1, most: 1 });
    expect(longestSilenceMs).toBe(10);
  });
});

describe('it is found', () => {
  it('that what was acknowledged is not stored', () => {
    const run = clean();
    const gone = { ...run, stored: run.stored.slice(0, 19), heads: new Map([[ROOM, 19]]) };
    expect(check(gone).lost).toBeGreaterThan(0);
  });

  it('that one message is stored twice', () => {
    const run = clean();
    const again = { ...event(21), clientId: 'lobby-c-20' };
    const twice = { ...run, stored: [...run.stored, again], heads: new Map([[ROOM, 21]]) };
    expect(check(twice).duplicated).toBe(1);
  });

  it.each([
    ['the log has a hole', 'lost', (stored: Sighting[]) => stored.filter(({ seq }) => seq !== 5)],
    [
      'the log has a place twice',
      'duplicated',
      (stored: Sighting[]) => [...stored, { ...event(5), clientId: 'x' }],
    ],
  ] as const)('that %s', (_what, violation, breaks) => {
    const run = clean();
    expect(check({ ...run, views: [], stored: breaks(run.stored) })[violation]).toBeGreaterThan(0);
  });

  it('that a head is not that of the newest event', () => {
    expect(check({ ...clean(), views: [], heads: new Map([[ROOM, 21]]) }).lost).toBe(1);
  });

  it('that a message was acknowledged at one place and stored at another', () => {
    const run = clean();
    Object.assign(run.sends[3] ?? {}, { seq: 7 });
    expect(check(run).reordered).toBe(1);
  });

  it('that what was refused for good is stored', () => {
    const run = clean();
    Object.assign(run.sends[3] ?? {}, { outcome: 'fail', refusal: 'forbidden' });
    expect(check(run).dishonest).toBe(1);
  });

  it.each([
    ['leaves one out', 'lost', [1, 2, 4, 5]],
    ['repeats one', 'duplicated', [1, 2, 2, 3]],
    ['swaps two', 'reordered', [1, 3, 2, 4]],
  ] as const)(
    'that a server %s on a connection, even where the client mends it',
    (_what, violation, seqs) => {
      const glimpses = [
        joined(1, 0),
        ...seqs.map((seq): Glimpse => ({ at: 1, kind: 'push', connection: 1, message: event(seq) })),
      ];
      expect(check(bobSees(glimpses))[violation]).toBe(1);
    },
  );

  it('that a replay begins too late, or too early', () => {
    expect(check(bobSees([joined(1, 12, 8), ...pushed(1, event(10)).slice(0, 1)])).lost).toBe(1);
    expect(check(bobSees([joined(1, 12, 8), ...pushed(1, event(8)).slice(0, 1)])).duplicated).toBe(1);
  });

  it('that somebody who is there at the end has not everything', () => {
    const run = clean();
    run.views[0]?.glimpses.splice(-4);
    expect(check(run).lost).toBe(2);
  });

  it('that somebody who should be there never came in', () => {
    expect(check({ ...clean(), views: [{ client: 'cleo', roomsAtEnd: [ROOM], glimpses: [] }] }).lost).toBe(1);
  });

  it('that somebody gets what is said in a room they left', () => {
    const left: Glimpse = { at: 1, kind: 'left', connection: 1, room: ROOM };
    const [late] = pushed(1, event(2));
    const glimpses = [joined(1, 0), ...pushed(1, event(1)), left, ...(late ? [late] : [])];
    expect(check(bobSees(glimpses)).leaked).toBe(1);
  });

  it('that the words of one room are shown in another', () => {
    const run = clean();
    const secret = event(1, 'secret');
    const stored = [...run.stored, secret];
    const glimpses = [joined(1, 0), ...pushed(1, { ...secret, room: ROOM })];
    const heads = new Map([...run.heads, ['secret', 1] as const]);
    expect(
      check({ ...run, stored, heads, views: [{ client: 'bob', roomsAtEnd: [], glimpses }] }).leaked,
    ).toBe(2);
  });

  it('that somebody sees what is not stored at all', () => {
    expect(check(bobSees([joined(1, 20), ...pushed(1, event(21))])).lost).toBeGreaterThan(0);
  });
});

/** Each takes what makes a run sound and breaks it at a place of chance. */
const mutations: Record<string, (run: ReturnType<typeof clean>, place: number) => void> = {
  'drop a stored event': ({ stored }, place) => void stored.splice(place % stored.length, 1),
  'store an event twice': ({ stored }, place) => void stored.push(stored[place % stored.length] as Sighting),
  'move an acknowledgement': ({ sends }, place) => {
    const send = sends[place % sends.length] as Send;
    send.seq = (send.seq ?? 0) + 1;
  },
  'drop something a client saw': ({ views }, place) => {
    const { glimpses } = views[0] as View;
    const seen = glimpses.flatMap(({ kind }, index) => (kind === 'push' || kind === 'shown' ? [index] : []));
    // What comes last on a connection may not have arrived any more: the other connection's first is not last.
    const inner = seen.filter((index) => {
      const glimpse = glimpses[index];
      return (
        glimpse?.kind === 'shown' || (glimpse?.kind === 'push' && ![8, 20].includes(glimpse.message.seq))
      );
    });
    glimpses.splice(inner[place % inner.length] as number, 1);
  },
  'repeat something a client saw': ({ views }, place) => {
    const { glimpses } = views[0] as View;
    const seen = glimpses.filter(({ kind }) => kind === 'push' || kind === 'shown');
    const glimpse = seen[place % seen.length] as Glimpse;
    glimpses.splice(glimpses.indexOf(glimpse), 0, { ...glimpse });
  },
  'swap two messages a client was shown': ({ views }, place) => {
    const { glimpses } = views[0] as View;
    const shown = glimpses.filter((glimpse) => glimpse.kind === 'shown');
    const [one, two] = [shown[place % (shown.length - 1)], shown[(place % (shown.length - 1)) + 1]];
    if (one && two) [one.message, two.message] = [two.message, one.message];
  },
  'change the words at a place': ({ views }, place) => {
    const { glimpses } = views[0] as View;
    const seen = glimpses.filter((glimpse) => glimpse.kind === 'push' || glimpse.kind === 'shown');
    const glimpse = seen[place % seen.length];
    if (glimpse) glimpse.message = { ...glimpse.message, clientId: 'somebody-else' };
  },
};

describe('whatever a sound run is broken by, and wherever', () => {
  it.each(Object.keys(mutations))('that is found: %s', (name) => {
    fc.assert(
      fc.property(fc.nat(1_000), (place) => {
        const run = clean();
        mutations[name]?.(run, place);
        expect(violationsOf(check(run))).toBeGreaterThan(0);
      }),
    );
  });
});
