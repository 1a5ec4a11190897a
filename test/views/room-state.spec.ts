import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasGap, initialRoomState, RECENT, reduceRoom, TYPING_MS } from '../../views/client/room-state.js';
import type { RoomEvent, RoomState } from '../../views/client/room-state.js';
import { ann, bob, created, eventsOf, messages, pageOf } from './support.js';

const carol = { id: 'u-carol', name: 'Carol' };

function stateAt(head: number): RoomState {
  return initialRoomState({ history: pageOf(head, { limit: 50 }), me: bob, members: [ann, bob], online: 2 });
}
function after(state: RoomState, ...events: RoomEvent[]): RoomState {
  return events.reduce(reduceRoom, state);
}
const seqs = (state: RoomState): number[] => state.messages.map(({ seq }) => seq);
const push = (seq: number): RoomEvent => ({ type: 'log', events: [created(seq)] });

describe('what one sees of a room', () => {
  it('is the same whatever order messages come in and however often', () => {
    const fresh = after(stateAt(3), ...messages(4, 13).map(({ seq }) => push(seq)));
    fc.assert(
      fc.property(
        fc.shuffledSubarray(messages(4, 13), { minLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 13 }), { maxLength: 30 }),
        (once, again) => {
          const state = after(stateAt(3), ...once.map(({ seq }) => push(seq)), ...again.map(push));
          expect(state).toEqual(fresh);
        },
      ),
    );
  });

  it('has no hole and no double, whatever pushes and pages are mixed', () => {
    const event = fc.oneof(
      fc.integer({ min: 1, max: 60 }).map(push),
      fc
        .record({ after: fc.integer({ min: 0, max: 60 }), limit: fc.integer({ min: 1, max: 20 }) })
        .map((query): RoomEvent => ({ type: 'log', events: eventsOf(60, query).events })),
      fc
        .record({ before: fc.integer({ min: 1, max: 60 }), limit: fc.integer({ min: 1, max: 20 }) })
        .map((query): RoomEvent => ({ type: 'older', before: query.before, page: pageOf(60, query) })),
    );
    const start = initialRoomState({
      history: { ...pageOf(60, { before: 31, limit: 5 }), head: 30 },
      me: bob,
      members: [],
      online: 0,
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const state = after(start, ...events);
        const first = seqs(state)[0] ?? 0;
        expect(seqs(state)).toEqual(messages(first, state.position).map(({ seq }) => seq));
      }),
    );
  });

  it('is complete once the missing page came, with what had come before its turn', () => {
    const gap = after(stateAt(3), push(6), push(7), push(6));
    expect(gap.ahead).toHaveLength(2);
    expect(seqs(gap)).toEqual([1, 2, 3]);
    expect(hasGap(gap)).toBe(true);
    const filled = after(gap, { type: 'log', events: eventsOf(5, { after: 3, limit: 100 }).events });
    expect(seqs(filled)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(hasGap(filled)).toBe(false);
  });

  it('goes on after an event of a type that it does not know', () => {
    const unknown = { event: 'poll.opened', data: { room: 'lobby', seq: 4 } };
    const state = after(stateAt(3), push(5), { type: 'log', events: [unknown] });
    expect(seqs(state)).toEqual([1, 2, 3, 5]);
    expect(state.position).toBe(5);
  });

  it('shows on an older page what happened while that was on its way', () => {
    const about = { room: 'lobby', user: ann, at: '2026-01-02T00:00:00.000Z' };
    const start = initialRoomState({
      history: pageOf(60, { before: 61, limit: 10 }),
      me: bob,
      members: [],
      online: 0,
    });
    const page = pageOf(60, { before: 51, limit: 10 });
    const deletion = { event: 'message.deleted', data: { ...about, seq: 61, id: 'm45' } };
    const state = after(start, { type: 'log', events: [deletion] }, { type: 'older', before: 51, page });
    expect(state.messages.find(({ id }) => id === 'm45')).toMatchObject({ text: '', deleted: true });
    // More has happened than is remembered: such a page says nothing that can be trusted.
    const busy = after(
      start,
      { type: 'log', events: [deletion] },
      { type: 'log', events: messages(62, 61 + RECENT).map(({ seq }) => created(seq)) },
    );
    expect(after(busy, { type: 'older', before: 51, page })).toBe(busy);
  });

  it('is the same whether events come one by one or as a page', () => {
    const about = { room: 'lobby', user: ann, at: '2026-01-02T00:00:00.000Z' };
    const events = [
      created(4),
      created(5),
      { event: 'message.edited', data: { ...about, seq: 6, id: 'm5', text: 'edited' } },
      created(7),
      { event: 'message.deleted', data: { ...about, seq: 8, id: 'm7' } },
      { event: 'poll.opened', data: { room: 'lobby', seq: 9 } },
      created(10),
    ];
    const page = after(stateAt(3), { type: 'log', events });
    expect(page).toEqual(
      after(stateAt(3), ...events.map((event): RoomEvent => ({ type: 'log', events: [event] }))),
    );
    expect(page.messages).toMatchObject([{}, {}, {}, {}, { text: 'edited' }, { deleted: true }, { seq: 10 }]);
  });

  it('lets go of what is old, and takes it from older pages again', () => {
    const all = after(stateAt(3), ...messages(4, 60).map(({ seq }) => push(seq)));
    const state = after(all, { type: 'forget', before: 41 });
    expect(seqs(state)).toEqual(messages(41, 60).map(({ seq }) => seq));
    expect(state.more).toBe(true);
    const about = { room: 'lobby', user: ann, at: '2026-01-02T00:00:00.000Z' };
    const deletion = { event: 'message.deleted', data: { ...about, seq: 61, id: 'm2' } };
    const later = after(state, { type: 'log', events: [deletion] });
    expect(later.messages).toEqual(state.messages);
    const page = pageOf(60, { before: 41, limit: 50 });
    const whole = after(later, { type: 'older', before: 41, page });
    expect(seqs(whole)).toEqual(seqs(all));
    expect(whole.messages[1]).toMatchObject({ id: 'm2', deleted: true });
  });

  it('takes nothing from another room or another epoch', () => {
    const state = stateAt(3);
    expect(after(state, { type: 'log', events: [created(4, { room: 'other' })] })).toBe(state);
    const page = pageOf(9, { after: 3, limit: 9 }, 'e2');
    expect(after(state, { type: 'older', before: 1, page })).toBe(state);
  });

  it('lets a typing person go after five seconds, or when the message is there', () => {
    const typing = after(
      stateAt(3),
      { type: 'typing', user: ann, now: 0 },
      { type: 'typing', user: carol, now: 1_000 },
      { type: 'typing', user: bob, now: 0 },
    );
    expect(typing.typing.map(({ user }) => user)).toEqual([ann, carol]);
    expect(after(typing, { type: 'tick', now: TYPING_MS }).typing.map(({ user }) => user)).toEqual([carol]);
    expect(after(typing, push(4)).typing.map(({ user }) => user)).toEqual([carol]);
  });

  it('shows who is here, whoever came and went', () => {
    const state = after(
      stateAt(3),
      { type: 'presence', online: 3, joined: [carol], left: [] },
      { type: 'presence', online: 3, joined: [{ ...carol, name: 'Aaron' }], left: [] },
      { type: 'presence', online: 2, joined: [], left: [ann.id, 'nobody'] },
    );
    expect(state.members.map(({ name }) => name)).toEqual(['Aaron', 'Bob']);
    expect(state.online).toBe(2);
  });
});
