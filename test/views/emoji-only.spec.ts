import { describe, expect, it } from 'vitest';
import { isEmojiOnly } from '../../views/client/emoji-only.js';

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
    const started = performance.now();
    for (const text of ['😀'.repeat(2_000), `${'😀'.repeat(99)}x`, ' '.repeat(4_000)]) isEmojiOnly(text);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
