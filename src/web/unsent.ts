import { ChatError, type UnsentForm } from '../protocol/index.js';

/** A refusal that leaves no page to stand on: what was typed goes back to the person with the error's own page. */
export class Unsent extends ChatError {
  constructor(
    refusal: ChatError,
    readonly form: UnsentForm,
  ) {
    super(refusal.code, refusal.message, refusal.retryAfterMs);
  }
}

/** The database may be out of reach for what was sent and for the page around it alike. */
export function orUnsent(
  error: unknown,
  form: { action: string; text?: unknown; clientId?: unknown },
): unknown {
  const { action, text, clientId } = form;
  if (!(error instanceof ChatError) || error.code !== 'unavailable' || typeof text !== 'string') return error;
  return new Unsent(error, { action, text, ...(typeof clientId === 'string' && { clientId }) });
}
