import { ChatError } from '../protocol/chat-error.js';

/** The decision was taken on rights that have changed meanwhile. Nothing was stored: decide anew. */
export class RightsChanged extends ChatError {
  constructor() {
    super('busy', 'the rights in this room are being changed', 100);
    this.name = 'RightsChanged';
  }
}
