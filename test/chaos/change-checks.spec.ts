import { describe, expect, it } from 'vitest';
import { check, type Evidence } from './checker.js';
import { violationsOf } from './findings.js';
import type { Glimpse, Send, Sighting, Stored } from './history.js';

const ROOM = 'lobby';

const said = (seq: number): Stored => {
  const clientId = `c-${seq}`;
  return { room: ROOM, seq, type: 'message.created', id: `m-${seq}`, author: 'ann', clientId };
};
const done = (seq: number, type: Stored['type'], id: string, emoji = '', author = 'ann'): Stored => ({
  room: ROOM,
  seq,
  type,
  id,
  author,
  clientId: emoji,
  draft: `${type} ${id} ${seq}`,
});
/** Of every kind: the same may be done again, and is another event. */
const log: readonly Stored[] = [
  said(1),
  done(2, 'message.edited', 'm-1'),
  done(3, 'reaction.added', 'm-1', '👍', 'bob'),
  done(4, 'reaction.removed', 'm-1', '👍', 'bob'),
  done(5, 'reaction.added', 'm-1', '👍', 'bob'),
  done(6, 'reaction.added', 'm-1', '🎉', 'bob'),
  done(7, 'message.edited', 'm-1'),
  done(8, 'member.banned', 'dan'),
  done(9, 'room.updated', ''),
  done(10, 'message.deleted', 'm-1'),
  said(11),
];
const askedFor = ({ seq, room, type, id, author, clientId }: Stored, more: Partial<Send> = {}): Send => ({
  ...{ client: author, author, room, type, clientId, about: id, seq },
  ...{ invokedAt: seq, answeredAt: seq, outcome: 'ok', tries: 1, ...more },
});
const isMessage = ({ type }: Stored) => type === 'message.created';
const messages = log.filter(isMessage).map((event) => askedFor(event));
const changes = log.filter((event) => !isMessage(event)).map((event) => askedFor(event));

function run(seen: readonly Sighting[] = log, more: Partial<Evidence> = {}): Evidence {
  const glimpses: Glimpse[] = [
    { at: 0, kind: 'joined', connection: 1, room: ROOM, head: 0, recovered: false },
    ...seen.flatMap((message): Glimpse[] => [
      { at: message.seq, kind: 'push', connection: 1, message },
      { at: message.seq, kind: 'shown', message },
    ]),
  ];
  const views = [{ client: 'cleo', roomsAtEnd: [ROOM], glimpses }];
  return { sends: messages, changes, stored: log, heads: new Map([[ROOM, log.length]]), views, ...more };
}

describe('a run with every kind of event', () => {
  it('is sound where everybody saw them once and in their one order', () => {
    expect(check(run()).problems).toEqual([]);
  });

  it.each(log.slice(0, -1).map(({ seq, type }) => [seq, type] as const))(
    'is not where somebody was not told of %i, %s',
    (seq) => expect(check(run(log.filter((event) => event.seq !== seq))).lost).toBeGreaterThan(0),
  );

  it.each(log.map(({ seq, type }) => [seq, type] as const))(
    'is not where somebody was told twice of %i, %s',
    (seq) => {
      const twice = log.flatMap((event) => (event.seq === seq ? [event, event] : [event]));
      expect(check(run(twice)).duplicated).toBeGreaterThan(0);
    },
  );

  it.each(log.slice(1).map(({ seq, type }) => [seq, type] as const))(
    'is not where %i, %s, overtook what stood before it',
    (seq) => {
      const swapped = [...log];
      swapped.splice(seq - 2, 2, log[seq - 1] as Stored, log[seq - 2] as Stored);
      expect(check(run(swapped)).reordered).toBeGreaterThan(0);
    },
  );

  it.each([
    ['another emoji', 3, { clientId: '🎉' }],
    ['another person', 8, { id: 'eve' }],
    ['another message', 2, { id: 'm-11' }],
    ['another kind', 4, { type: 'reaction.added' }],
    ['another doer', 10, { author: 'bob' }],
  ] as const)('is not where somebody was told of %s than is stored', (_what, seq, wrong) => {
    const seen = log.map((event) => (event.seq === seq ? ({ ...event, ...wrong } as Stored) : event));
    expect(violationsOf(check(run(seen)))).toBeGreaterThan(0);
  });

  it('is not where one draft is stored twice', () => {
    const again = { ...done(12, 'message.edited', 'm-1'), draft: 'message.edited m-1 7' };
    const stored = [...log, again];
    expect(check(run(stored, { stored, heads: new Map([[ROOM, 12]]) })).duplicated).toBe(1);
  });
});

describe('what was acknowledged of a change', () => {
  const verdictOn = (change: Send) => check(run(log, { changes: [change] }));
  const edit = askedFor(log[1] as Stored);

  it('is lost where it is not stored, moved where it is stored elsewhere', () => {
    expect(verdictOn({ ...edit, about: 'm-11' }).lost).toBe(1);
    expect(verdictOn({ ...edit, seq: 4 }).reordered).toBe(1);
    expect(verdictOn({ ...edit, author: 'bob' }).lost).toBe(1);
  });

  it('as being so already needs an event that made it so', () => {
    expect(violationsOf(verdictOn({ ...edit, seq: 7, dup: true }))).toBe(0);
    expect(violationsOf(verdictOn({ ...edit, seq: 3, dup: true }))).toBe(0);
    expect(verdictOn({ ...edit, about: 'm-11', dup: true }).lost).toBe(1);
  });

  it('may be that there was nothing to take back', () => {
    const change = { ...edit, type: 'reaction.removed', clientId: '🎉', seq: 1, dup: true } as const;
    expect(violationsOf(verdictOn(change))).toBe(0);
  });

  it('says nothing where it was refused, or never answered', () => {
    for (const outcome of ['fail', 'unknown'] as const)
      expect(violationsOf(verdictOn({ ...edit, about: 'm-11', outcome }))).toBe(0);
  });
});
