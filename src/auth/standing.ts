import type { Flag, Instant } from '../database/auth.tables.js';
import { ChatError } from '../protocol/index.js';

export interface Standing {
  banned?: Flag | null;
  banReason?: string | null;
  banExpires?: Instant | null;
  disabled?: Flag | null;
}

/** Whether an administrator shut the person out, and for how long. */
export function isShutOut({ banned, banExpires, disabled }: Standing, now = Date.now()): boolean {
  const isOver = banExpires !== null && banExpires !== undefined && new Date(banExpires).getTime() <= now;
  return Boolean(disabled) || (Boolean(banned) && !isOver);
}

/** Throws `forbidden` with what the person may know. Only for who has shown that they are this person. */
export function checkStanding(person: Standing): void {
  if (!isShutOut(person)) return;
  if (person.disabled)
    throw new ChatError('forbidden', 'This account is switched off. Ask an administrator.');
  const until = person.banExpires
    ? ` until ${new Date(person.banExpires).toISOString().slice(0, 16)} UTC`
    : '';
  const reason = person.banReason ? `: ${person.banReason}` : '.';
  throw new ChatError('forbidden', `You are banned from this chat${until}${reason}`);
}
