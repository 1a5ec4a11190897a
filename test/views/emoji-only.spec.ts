import { describe, expect, it } from 'vitest';
import { isEmojiOnly } from '../../views/client/emoji-only.js';
import { cpuMsOf } from '../support/observe.js';

describe('nothing but emojis', () => {
  it('is up to six of them, whatever they are made of', () => {
    for (const text of ['👍', '🎉🎉🎉', '❤️', '👩🏽‍💻', '🇦🇹 🇯🇵', '👨‍👩‍👧‍👦\n🙂', '😀😀😀😀😀😀'])
      expect([text, isEmojiOnly(text)]).toEqual([text, true]);
  });

  it('is not words, digits, signs, or a wall of them', () => {
    for (const text of ['', ' ', 'ok 👍', '7', '#', '*', '\u200d', '\ufe0f', '😀'.repeat(7), '👨‍👩‍👧‍👦'.repeat(50)])
      expect([text, isEmojiOnly(text)]).toEqual([text, false]);
  });

  it('is known quickly of the longest text', () => {
    const longest = ['😀'.repeat(2_000), `${'😀'.repeat(99)}x`, ' '.repeat(4_000)];
    expect(cpuMsOf(() => longest.map(isEmojiOnly))).toBeLessThan(500);
  });
});
