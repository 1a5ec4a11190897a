import { randomBytes } from 'node:crypto';

/** Tells one history of a room from any other. */
export function newEpoch(): string {
  return randomBytes(9).toString('base64url');
}
