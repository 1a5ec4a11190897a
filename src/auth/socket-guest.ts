import { randomUUID } from 'node:crypto';
import type { Identity } from './auth-provider.js';
import { guestName } from './guest-name.js';

/**
 * Somebody whose socket came with neither cookie nor bearer: they last as long as the connection. Nothing is stored,
 * so a flood of such connections costs the database nothing.
 */
export function freshGuest(): Identity {
  const id = randomUUID();
  return { user: { id, name: guestName(), guest: true }, sessionId: id, fleeting: true };
}
