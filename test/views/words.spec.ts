import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRoomName } from '../../src/protocol/names.js';
import { draftsIn } from '../../views/client/drafts.js';
import { roomNameProblem, roomPath, toRoomName } from '../../views/client/room-name.js';
import { localTimes, utcTimes } from '../../views/client/times.js';
import { typingLine } from '../../views/client/typing-line.js';
import { hueClass, initials } from '../../views/components/avatar.js';

describe('the name of a room, as it is typed', () => {
  it('is accepted exactly where the server accepts it', () => {
    const typed = fc.oneof(
      fc.string({ maxLength: 70, unit: 'grapheme' }),
      fc.string({
        maxLength: 70,
        unit: fc.constantFrom('a', 'Ж', '7', '_', '-', ' ', '#', 'é', 'e\u0301', '~', '/'),
      }),
    );
    fc.assert(
      fc.property(typed, (text) => {
        expect(roomNameProblem(text) === null).toBe(isRoomName(toRoomName(text)));
      }),
      {
        numRuns: 500,
        examples: [['a'.repeat(64)], ['a'.repeat(65)], ['𝒳'.repeat(64)], ['  '], ['#team chat']],
      },
    );
  });

  it('is what was meant, and safe in an address', () => {
    expect(toRoomName(' #team chat ')).toBe('team-chat');
    expect(roomPath('a/../b?c')).toBe('/chat/a%2F..%2Fb%3Fc/');
  });
});

describe('times', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  const berlin = localTimes(() => now, 'en-GB', 'Europe/Berlin');

  it('are the same on every server, whatever zone it is in', () => {
    expect(utcTimes.time('2026-03-10T23:30:00.000Z')).toBe('23:30');
    expect(utcTimes.day('2026-03-01T23:30:00.000Z')).toBe('1 March 2026');
  });

  it('are the reader’s own in the browser, day lines too', () => {
    expect(berlin.time('2026-03-09T23:30:00Z')).toBe('00:30');
    expect(berlin.dayOf('2026-03-09T23:30:00Z')).toBe(berlin.dayOf('2026-03-10T08:00:00Z'));
    expect(berlin.day('2026-03-09T23:30:00Z')).toBe('Today');
    expect(berlin.day('2026-03-09T12:00:00Z')).toBe('Yesterday');
    expect(berlin.day('2026-03-06T12:00:00Z')).toBe('Friday');
    expect(berlin.day('2026-01-02T12:00:00Z')).toContain('2 January');
    expect(berlin.day('2024-01-02T12:00:00Z')).toBe('2 January 2024');
  });

  it('to come are told to the minute, and where nobody’s zone is known, in which', () => {
    expect(utcTimes.until('2026-03-12T20:05:00.000Z')).toBe('12 Mar, 20:05 UTC');
    expect(berlin.until('2026-03-10T20:05:00Z')).toBe('21:05');
    expect(berlin.until('2026-03-12T20:05:00Z')).toBe('12 Mar, 21:05');
  });
});

describe('who types', () => {
  it('is named while there are one or two', () => {
    expect(typingLine([])).toBeNull();
    expect(typingLine(['Ann'])).toEqual({ names: ['Ann'], words: 'is typing…' });
    expect(typingLine(['Ann', 'Bob'])).toEqual({ names: ['Ann', 'Bob'], words: 'are typing…' });
    expect(typingLine(['Ann', 'Bob', 'Carol'])).toEqual({ names: [], words: 'Several people are typing…' });
  });
});

describe('a person’s mark', () => {
  it('has the letters of the name, and one of twelve colours that stays', () => {
    expect(initials('Sunny Falcon 474')).toBe('SF');
    expect(['Ann', 'Mira Kovač', 'ann van der berg', 'دانيال', '恵理 佐藤', '…'].map(initials)).toEqual([
      'A',
      'MK',
      'AB',
      'د',
      '恵佐',
      '?',
    ]);
    const colours = new Set(Array.from({ length: 500 }, (_, index) => hueClass(`user-${index}`)));
    expect(colours.size).toBe(12);
    expect(hueClass('user-1')).toBe(hueClass('user-1'));
  });
});

/** A browser's storage. */
function storageOf(kept: Map<string, string>) {
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

describe('a draft', () => {
  it('is kept for its room until it is empty', () => {
    const kept = new Map<string, string>();
    const drafts = draftsIn(() => storageOf(kept));
    drafts.write('u-ann', 'lobby', 'half a thought');
    expect([drafts.read('u-ann', 'lobby'), drafts.read('u-ann', 'other')]).toEqual(['half a thought', '']);
    drafts.write('u-ann', 'lobby', ' ');
    expect(kept.size).toBe(0);
  });

  it('is shown to nobody else who uses the browser', () => {
    const storage = storageOf(new Map());
    const drafts = draftsIn(() => storage);
    drafts.write('u-ann', 'lobby', 'for nobody else');
    expect(drafts.read('u-bob', 'lobby')).toBe('');
    expect(drafts.read('u-ann', 'lobby')).toBe('for nobody else');
  });

  it('of nobody knows whom is thrown away', () => {
    const kept = new Map([['chat:draft:lobby', 'whose is it?']]);
    expect(draftsIn(() => storageOf(kept)).read('u-ann', 'lobby')).toBe('');
    expect(kept.size).toBe(0);
  });

  it('troubles nobody where the browser keeps nothing', () => {
    const drafts = draftsIn(() => {
      throw new Error('denied');
    });
    drafts.write('u-ann', 'lobby', 'text');
    expect(drafts.read('u-ann', 'lobby')).toBe('');
  });
});
