import type { Reaction } from '../../src/protocol/events.js';

/** One emoji on a message, and who it is from. */
export interface ReactionGroup {
  emoji: string;
  count: number;
  mine: boolean;
  /** `Ann, Bob and 3 others`, oneself first as `you`. */
  names: string;
}

/** A small palette; what others chose can be chosen, too. */
export const PALETTE = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀', '🔥', '✅', '💯', '👎'] as const;
const NAMED = 5;

/** In the order in which each emoji came first. */
export function groupReactions(reactions: readonly Reaction[], me: string): ReactionGroup[] {
  const groups = Map.groupBy(reactions, ({ emoji }) => emoji);
  return [...groups].map(([emoji, all]) => {
    const others = all.filter(({ user }) => user.id !== me).map(({ user }) => user.name);
    const mine = others.length < all.length;
    return { emoji, count: all.length, mine, names: namesOf(mine ? ['you', ...others] : others) };
  });
}

function namesOf(names: string[]): string {
  const shown = names.slice(0, NAMED);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} ${rest === 1 ? 'other' : 'others'}`;
  const last = shown.pop() ?? '';
  return shown.length > 0 ? `${shown.join(', ')} and ${last}` : last;
}
