import { ChatError } from '../protocol/index.js';
import { commonWords } from './common-words.js';

export const SHORTEST_PASSWORD = 8;
export const LONGEST_PASSWORD = 256;

/** Left and right along the rows of a keyboard, the alphabet, and counting. */
const WALKS = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1q2w3e4r5t6y7u8i9o0p',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
  'qazwsxedcrfvtgbyhnujm',
].flatMap((walk) => [walk, [...walk].reverse().join('')]);

const LEET: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};

/** What is wrong with a new password, to be said to the person; `null` where it will do. Spaces and signs all count. */
export function passwordProblem(password: string, names: readonly string[] = []): string | null {
  if (!password.isWellFormed()) return 'A password must be text.';
  if (password.length < SHORTEST_PASSWORD) return `A password has at least ${SHORTEST_PASSWORD} characters.`;
  if (password.length > LONGEST_PASSWORD) return `A password has at most ${LONGEST_PASSWORD} characters.`;
  if (isGuessed(password)) return 'This password is too easy to guess. A few words in a row are better.';
  const typed = password.toLowerCase();
  if (names.some((name) => name.length > 2 && lettersOf(typed) === lettersOf(name.toLowerCase())))
    return 'A password must not be your name.';
  return null;
}

/** Throws `bad_schema` with the sentence of `passwordProblem`. */
export function checkPassword(password: string, names: readonly string[] = []): void {
  const problem = passwordProblem(password, names);
  if (problem !== null) throw new ChatError('bad_schema', problem);
}

/** Among what is tried first, whatever it is dressed up with. */
function isGuessed(password: string): boolean {
  const typed = password.toLowerCase().replace(/\s/g, '');
  if (new Set(typed).size < 4) return true;
  if (isRepeated(typed) || WALKS.some((walk) => walk.repeat(2).includes(typed))) return true;
  // Digits behind it are no letters, however they look.
  const core = typed.replace(/[^a-z]+$/, '');
  const candidates = [typed, core].flatMap((word) => [word, unleet(word)]);
  return candidates.some((word) => {
    const letters = word.replace(/^[^a-z]+|[^a-z]+$/g, '');
    return letters !== '' && typed.length - letters.length <= 8 && commonWords.has(letters);
  });
}

function unleet(word: string): string {
  return [...word].map((letter) => LEET[letter] ?? letter).join('');
}

/** The same few characters over and over. */
function isRepeated(text: string): boolean {
  for (let length = 1; length <= text.length / 2; length += 1) {
    const part = text.slice(0, length);
    if (part.repeat(Math.ceil(text.length / length)).startsWith(text)) return true;
  }
  return false;
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}]/gu, '');
}
