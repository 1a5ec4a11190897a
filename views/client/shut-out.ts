import { RequestRefused } from './chat-socket.js';

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
