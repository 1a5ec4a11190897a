import type { Changed } from '../../src/protocol/events.js';
import type { KeptConnection } from './connection.js';

/**
 * What can be done to messages that are there. Shown is what the room's log says, so nothing changes before it does.
 * Each rejects with `RequestRefused` or `RequestLost`; to repeat it is harmless.
 */
export class MessageActions {
  constructor(
    private readonly room: string,
    private readonly connection: KeptConnection,
  ) {}

  edit(id: string, text: string): Promise<Changed> {
    return this.connection.request('message.edit', { room: this.room, id, text });
  }

  delete(id: string): Promise<Changed> {
    return this.connection.request('message.delete', { room: this.room, id });
  }

  react(id: string, emoji: string, wanted: boolean): Promise<Changed> {
    const event = wanted ? 'reaction.add' : 'reaction.remove';
    return this.connection.request(event, { room: this.room, id, emoji });
  }
}
