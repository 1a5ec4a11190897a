import { ChatError } from '../protocol/chat-error.js';

/** What a client is told where the database fails for a while. The cause is for the log. */
export function unavailable(cause: unknown): ChatError {
  const error = new ChatError('unavailable', 'the database does not answer; please try again', 1_000);
  error.cause = cause;
  return error;
}
