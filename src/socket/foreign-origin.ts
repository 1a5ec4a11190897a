import { ChatError } from '../protocol/index.js';

/** Refused for the page that it came from: a sign that somebody's browser was made to ask. */
export class ForeignOrigin extends ChatError {
  constructor(message: string) {
    super('forbidden', message);
  }
}
