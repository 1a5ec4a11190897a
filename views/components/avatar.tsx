import type { VNode } from 'preact';
import type { User } from '../../src/protocol/events.js';

const HUES = 12;

/** The same person has the same colour on every page; a class, because the pages allow no inline style. */
export function hueClass(id: string): string {
  let hash = 2_166_136_261;
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 16_777_619);
  }
  return `hue-${((hash ^ (hash >>> 15)) >>> 0) % HUES}`;
}

/** Up to two letters: of the first and the last word, and of a number only where there is no word. */
export function initials(name: string): string {
  const parts = name.split(/[^\p{L}\p{M}\p{Nd}]+/u).filter(Boolean);
  const named = parts.filter((part) => /^\p{L}/u.test(part));
  const words = named.length > 0 ? named : parts;
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => firstOf(word ?? ''));
  return letters.join('').toUpperCase() || '?';
}

/** What a reader calls the first character, marks included. */
function firstOf(word: string): string {
  return /^\P{M}\p{M}*/u.exec(word)?.[0] ?? '';
}

/** The picture that the person chose, or the letters of their name. The name itself stands beside it. */
export function Avatar({ user, size = '' }: { user: User; size?: 'small' | 'large' | '' }): VNode {
  const { id, name, picture } = user;
  return (
    <span class={`avatar ${hueClass(id)} ${size}`} aria-hidden="true">
      {initials(name)}
      {picture && <img src={`/pictures/${picture}`} alt="" loading="lazy" decoding="async" />}
    </span>
  );
}
