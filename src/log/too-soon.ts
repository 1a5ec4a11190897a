import { ChatError } from '../protocol/chat-error.js';

/**
 * A last message that is further ahead than this was written by a clock that was put back since: nobody waits for it.
 * One that is nearer was written a moment ago, by a process whose clock is a little ahead, or whose statement was first.
 */
export const CLOCKS_DIFFER_MS = 5_000;

/** The room is in slow mode, and the person's last message is not old enough. Nothing was stored. */
export class TooSoon extends ChatError {
  constructor(pauseMs: number, sinceLastMs: number) {
    // Nobody waits for longer than the pause, however the clocks of two processes differ.
    const waitMs = Math.min(pauseMs - sinceLastMs, pauseMs);
    super('rate_limited', `one message in ${Math.ceil(pauseMs / 1_000)} seconds here`, waitMs);
    this.name = 'TooSoon';
  }
}
