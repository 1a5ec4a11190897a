import type { RoomEvent } from '../log/room-log.js';

/** Missed events that are replayed; above it the client asks for the history. */
export const REPLAY_LIMIT = 300;
/**
 * Characters of them, above which it is the same: they leave in one write, and whoever is on a line that does not take
 * as much at once would be cut off as a slow reader by the next thing that is said.
 */
const REPLAY_CHARACTERS = 256 * 1024;

export function isReplayable(events: readonly RoomEvent[]): boolean {
  let characters = 0;
  for (const { data } of events) if ('text' in data) characters += data.text?.length ?? 0;
  return characters <= REPLAY_CHARACTERS;
}
