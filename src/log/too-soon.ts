import { ChatError } from '../protocol/chat-error.js';

/** The room is in slow mode, and the person's last message is not old enough. Nothing was stored. */
export class TooSoon extends ChatError {
  constructor(pauseMs: number, sinceLastMs: number) {
    // A clock that was put back makes nobody wait for longer than the pause.
    const waitMs = Math.min(pauseMs - sinceLastMs, pauseMs);
    super('rate_limited', `one message in ${Math.ceil(pauseMs / 1_000)} seconds here`, waitMs);
    this.name = 'TooSoon';
  }
}
