import { randomBytes } from 'node:crypto';

/** Hexadecimal digits of chance, drawn for many ids at once. */
const POOL_BYTES = 4_096;
const DIGITS_PER_ID = 19;
let pool = '';
let used = 0;

/** UUID version 7 (RFC 9562): sorts by time to the millisecond, 74 bits of chance behind that. */
export function messageId(atMs: number): string {
  if (used + DIGITS_PER_ID > pool.length) {
    pool = randomBytes(POOL_BYTES).toString('hex');
    used = 0;
  }
  const time = atMs.toString(16).padStart(12, '0');
  // The two highest bits of the variant's digit are 10.
  const variant = '89ab'[Number.parseInt(pool.charAt(used), 16) & 3] as string;
  const a = pool.slice(used + 1, used + 4);
  const b = pool.slice(used + 4, used + 7);
  const c = pool.slice(used + 7, used + DIGITS_PER_ID);
  used += DIGITS_PER_ID;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${a}-${variant}${b}-${c}`;
}
