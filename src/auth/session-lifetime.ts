const DAY = 24 * 3600;
/** Seconds. A sign-in ends after so long without use, and at the latest so long after it began. */
export const SESSION_IDLE = 14 * DAY;
export const SESSION_ABSOLUTE = 90 * DAY;
/** How old the last extension may be before use extends it again: at most one write a day and session. */
const SESSION_RENEWAL = DAY;

export interface SessionTimes {
  createdAt: Date | string;
  updatedAt: Date | string;
  expiresAt: Date | string;
}

/** When a sign-in ends that is used now; its present end where it was extended lately. Milliseconds. */
export function extendedEnd({ createdAt, updatedAt, expiresAt }: SessionTimes, now = Date.now()): number {
  if (now - time(updatedAt) < SESSION_RENEWAL * 1000) return time(expiresAt);
  return Math.min(now + SESSION_IDLE * 1000, absoluteEnd({ createdAt }));
}

/** However much it is used. The cookie lasts as long: an open page extends its sign-in, and can set no cookie. */
export function absoluteEnd({ createdAt }: Pick<SessionTimes, 'createdAt'>): number {
  return time(createdAt) + SESSION_ABSOLUTE * 1000;
}

/** The end of a sign-in that begins now. */
export function firstEnd(now = Date.now()): Date {
  return new Date(now + SESSION_IDLE * 1000);
}

function time(at: Date | string): number {
  return new Date(at).getTime();
}
