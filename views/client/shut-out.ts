import type { FetchEvents } from './catch-up.js';
import { RequestRefused } from './chat-socket.js';
import { ApiProblem } from './http-api.js';

/** Refusals to let one into a room that trying again does not change. */
const reasons: Record<string, string> = {
  forbidden: 'You cannot enter this room any more.',
  not_found: 'You are no longer in this room.',
  bad_room: 'There is no such room.',
};
export const REMOVED = 'You are no longer in this room.';

/** Why one may not come in, for people; `undefined` where the next try may succeed. */
export function shutOut(error: unknown): string | undefined {
  return error instanceof RequestRefused ? reasons[error.body.code] : undefined;
}

/** Whether the server refuses one's sign-in, by a request that costs it little; `false` also where it does not answer. */
export async function isSignedOut(fetchEvents: FetchEvents, after: number): Promise<boolean> {
  try {
    await fetchEvents({ after, limit: 1 });
    return false;
  } catch (error) {
    return error instanceof ApiProblem && error.code === 'unauthenticated';
  }
}
