/** Who types, in words. Up to two by name; more would push each other off the line. */
export type TypingLine = {
  names: string[];
  words: 'is typing…' | 'are typing…' | 'Several people are typing…';
};

export function typingLine(names: readonly string[]): TypingLine | null {
  const [one, two] = names;
  if (one === undefined) return null;
  if (two === undefined) return { names: [one], words: 'is typing…' };
  if (names.length === 2) return { names: [one, two], words: 'are typing…' };
  return { names: [], words: 'Several people are typing…' };
}
