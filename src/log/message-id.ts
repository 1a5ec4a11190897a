import { randomUUID } from 'node:crypto';

/** UUID version 7 (RFC 9562): sorts by time to the millisecond, 74 bits of chance behind that. */
export function messageId(atMs: number): string {
  // Version 4 has its chance where version 7 has it, and Node gathers that for many at once.
  const chance = randomUUID();
  const time = atMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(15)}`;
}
