import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../../src/log/room-log.js';
import { entryOf } from '../../src/log/rows.js';
import type { Stored } from '../../src/log/sqlite.appender.js';
import { packEntries, packStored, unpackEntries, unpackStored } from '../../src/log/sqlite.parcel.js';

const who = { roomId: 'r', clientId: 'c' };
const ann = { id: 'ann', name: 'Ann "the\u2028first"', guest: true };
const bob = { id: 'bob', name: 'Bob', guest: false };

const drafts: EventDraft[] = [
  { ...who, actor: ann, type: 'message.created', data: { text: 'one\n"two" 👋🏽' } },
  { ...who, actor: bob, type: 'message.created', data: { text: 'x', replyTo: 'm' }, rights: 3, pauseMs: 5 },
  { ...who, actor: bob, type: 'message.edited', data: { id: 'm', text: 'y' } },
  { ...who, actor: ann, type: 'message.deleted', data: { id: 'm' } },
  { ...who, actor: ann, type: 'reaction.added', data: { id: 'm', emoji: '👍' } },
];

describe('A batch between two threads', () => {
  it('arrives as it was sent, whatever is in it', () => {
    const entries = drafts.map(entryOf);
    expect(unpackEntries(structuredClone(packEntries(entries)))).toEqual(entries);
    expect(unpackEntries(packEntries([]))).toEqual([]);
  });

  it('is answered in order, entry by entry', () => {
    const stored: (Stored | null)[] = [
      { seq: 7, name: 'Ann', guest: 1, picture: 'p' },
      null,
      { before: 3 },
      { stale: true },
      { sinceLast: 40 },
      { seq: 8, name: null, guest: null, picture: null },
    ];
    expect(unpackStored(structuredClone(packStored(stored)))).toEqual(stored);
  });
});
