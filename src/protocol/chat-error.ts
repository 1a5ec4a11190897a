import { errorStatus, type ErrorCode } from './codes.js';
import type { ErrorBody } from './frames.js';

/** A refusal that the client is told about. Anything else that is thrown is `internal`: logged, never shown. */
export class ChatError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = 'ChatError';
  }

  get status(): number {
    return errorStatus[this.code];
  }

  toBody(): ErrorBody {
    const { code, message, retryAfterMs } = this;
    return retryAfterMs === undefined ? { code, message } : { code, message, retryAfterMs };
  }
}
