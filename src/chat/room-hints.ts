import type { RoomEvent } from '../log/room-log.js';
import type { NodeLink } from './node-link.js';

/** Events of one hint: well below what a message of the layer may weigh, however long their texts are. */
const MOST_EVENTS = 32;

/**
 * Tells other nodes what was stored. What one transaction stored in a room comes in one turn of the event loop, and is one
 * message of the layer: its price is the message, not what is in it.
 */
export class RoomHints {
  private readonly waiting = new Map<string, RoomEvent[]>();

  constructor(private readonly link: NodeLink) {}

  /** Said at the end of this turn. */
  add(event: RoomEvent): void {
    const events = this.waiting.get(event.roomId);
    if (events) events.push(event);
    else this.waiting.set(event.roomId, [event]);
    if (this.waiting.size === 1 && !events) setImmediate(() => this.say());
  }

  private say(): void {
    for (const [roomId, events] of this.waiting)
      for (let from = 0; from < events.length; from += MOST_EVENTS)
        this.link.say('chat.event', roomId, events.slice(from, from + MOST_EVENTS));
    this.waiting.clear();
  }
}
