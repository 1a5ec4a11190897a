import { randomBytes } from 'node:crypto';

/** Hexadecimal digits of chance, drawn for many ids at once. */
const POOL_BYTES = 4_096;
const DIGITS_PER_ID = 19;
const VARIANTS = '89ab';
let pool = '';
let used = 0;

/** Of the last millisecond: many come in one. */
let timeMs = -1;
let time = '';

/** UUID version 7 (RFC 9562): sorts by time to the millisecond, 74 bits of chance behind that. */
export function messageId(atMs: number): string {
  if (used + DIGITS_PER_ID > pool.length) {
    pool = randomBytes(POOL_BYTES).toString('hex');
    used = 0;
  }
  if (atMs !== timeMs) {
    const digits = atMs.toString(16).padStart(12, '0');
    time = `${digits.slice(0, 8)}-${digits.slice(8)}-7`;
    timeMs = atMs;
  }
  const at = used;
  used += DIGITS_PER_ID;
  // The two highest bits of the variant's digit are 10.
  const variant = VARIANTS[Number.parseInt(pool.charAt(at), 16) & 3] as string;
  return `${time}${pool.slice(at + 1, at + 4)}-${variant}${pool.slice(at + 4, at + 7)}-${pool.slice(at + 7, used)}`;
}
