import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GROUP_MS, rowsOf, type Row } from '../../views/client/rows.js';
import { utcTimes } from '../../views/client/times.js';
import {
  earlier,
  grown,
  HELD,
  later,
  MOST,
  MOST_HELD,
  newest,
  outOfSight,
  visible,
  type Window,
} from '../../views/client/window.js';
import { ann, bob, message, messages } from './support.js';

const at = (minutes: number): string =>
  new Date(Date.UTC(2026, 0, 1, 23, 50) + minutes * 60_000).toISOString();
const rows = (said: Parameters<typeof rowsOf>[0]['messages'], newAfter: number | null = null): Row[] =>
  rowsOf({ messages: said, outbox: [], me: bob, dayOf: utcTimes.dayOf, newAfter });
const shapes = (list: Row[]): string[] =>
  list.map((row) =>
    row.kind === 'message' ? `${row.first ? '<' : ''}${row.seq}${row.last ? '>' : ''}` : row.kind,
  );

describe('the list of messages', () => {
  it('groups what one person says within five minutes, and starts anew with another person or a day', () => {
    const said = [
      message(1, { at: at(0) }),
      message(2, { at: at(4) }),
      message(3, { at: at(4 + GROUP_MS / 60_000) }),
      message(4, { at: at(9.5), user: bob }),
      message(5, { at: at(9.9), user: bob }),
      message(6, { at: at(10.1), user: bob }),
    ];
    expect(shapes(rows(said))).toEqual(['day', '<1', '2>', '<3>', '<4', '5>', 'day', '<6>']);
  });

  it('marks the first message of others that is new, never one’s own', () => {
    const said = [message(1), message(2, { user: bob }), message(3), message(4)];
    expect(shapes(rows(said, 1))).toEqual(['day', '<1>', '<2>', 'new', '<3', '4>']);
    expect(shapes(rows(said, 4))).not.toContain('new');
  });

  it('keeps the bubble of a message when it is stored', () => {
    const stored = message(1, { user: bob, clientId: 'bob-send-1' });
    const written = { clientId: 'bob-send-1', author: bob.id, text: 'hi', at: stored.at };
    const outgoing = { ...written, status: 'pending' } as const;
    const before = rowsOf({ messages: [], outbox: [outgoing], me: bob, dayOf: utcTimes.dayOf });
    const after = rowsOf({ messages: [stored], outbox: [], me: bob, dayOf: utcTimes.dayOf });
    expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
  });

  it('tells two lines of one day apart, where the clock of who writes is behind at midnight', () => {
    const said = [message(1, { at: at(9) }), message(2, { at: at(10.5) })];
    const outgoing = {
      clientId: 'bob-send-1',
      author: bob.id,
      text: 'hi',
      at: at(9.5),
      status: 'pending',
    } as const;
    const all = rowsOf({ messages: said, outbox: [outgoing], me: bob, dayOf: utcTimes.dayOf });
    expect(all.map(({ kind }) => kind)).toEqual(['day', 'message', 'day', 'message', 'day', 'message']);
    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
  });

  it('tells two people apart who chose the same clientId', () => {
    const twins = [
      message(1, { clientId: 'the-same-id' }),
      message(2, { clientId: 'the-same-id', user: bob }),
    ];
    expect(new Set(rows(twins).map(({ key }) => key)).size).toBe(3);
    expect(ann.id).not.toBe(bob.id);
  });
});

describe('the stretch of a room that is in the document', () => {
  const step = fc.constantFrom(
    'earlier',
    'later',
    'newest',
    'came-at-end',
    'came-while-reading',
    'older-loaded',
  );

  it('is never long, never has a hole, and moves by what overlaps', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let first = 5_000;
        let last = 5_049;
        let window: Window = newest(messages(first, last));
        for (const name of steps) {
          if (name === 'older-loaded') first -= 50;
          if (name.startsWith('came')) last += 70;
          const all = messages(first, last);
          const before = visible(all, window).map(({ seq }) => seq);
          if (name === 'earlier') window = earlier(all, window);
          if (name === 'later') window = later(all, window);
          if (name === 'newest') window = newest(all);
          window = grown(all, window, name === 'came-at-end');
          const shown = visible(all, window).map(({ seq }) => seq);
          expect(shown.length).toBeGreaterThan(0);
          expect(shown.length).toBeLessThanOrEqual(MOST);
          expect(shown).toEqual(messages(shown[0] ?? 0, shown.at(-1) ?? 0).map(({ seq }) => seq));
          if (name === 'earlier' || name === 'later')
            expect(shown.some((seq) => before.includes(seq))).toBe(true);
          if (name === 'came-while-reading') expect(shown[0]).toBe(before[0]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('reaches the beginning and the end of a long room', () => {
    const all = messages(1, 3_000);
    let window = newest(all);
    for (let steps = 0; steps < 60; steps++) {
      window = earlier(all, window);
      expect(visible(all, window).length).toBeLessThanOrEqual(MOST);
    }
    expect(visible(all, window)[0]?.seq).toBe(1);
    for (let steps = 0; steps < 60; steps++) window = later(all, window);
    expect(window.to).toBeNull();
    expect(visible(all, window).at(-1)?.seq).toBe(3_000);
  });
});

describe('what is loaded of a room that has been open for long', () => {
  const many = messages(1, MOST_HELD + 1);

  it('is let go of where it is old', () => {
    expect(outOfSight(many, newest(many))).toBe(MOST_HELD + 1 - HELD + 1);
    expect(outOfSight(many.slice(1), newest(many))).toBeNull();
  });

  it('stays as long as one reads there', () => {
    expect(outOfSight(many, { from: 2_001, to: 2_200 })).toBe(2_001);
    expect(outOfSight(many, { from: 10, to: 209 })).toBeNull();
  });
});
