import type { RoomEvent } from '../log/room-log.js';
import { roomEvents, type RoomEventType } from '../protocol/index.js';
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

/**
 * What a hint says was stored in this room; `null` where any of it cannot be: the log then tells what it was. Another
 * process may be of another version, so more than is known here, and types that are not, are passed on as they are.
 */
export function hintedEvents(roomId: string, body: unknown): RoomEvent[] | null {
  return Array.isArray(body) && body.every((each) => isEventOf(roomId, each)) ? (body as RoomEvent[]) : null;
}

function isEventOf(roomId: string, event: unknown): boolean {
  if (!isObject(event) || event.roomId !== roomId) return false;
  const { seq, type, id, clientId, at, actor, data } = event;
  if (!Number.isSafeInteger(seq) || (seq as number) < 1) return false;
  for (const text of [type, id, clientId, at]) if (typeof text !== 'string') return false;
  if (!isObject(actor) || typeof actor.id !== 'string' || typeof actor.name !== 'string') return false;
  if (!isObject(data)) return false;
  // By hand, as nearly all of them are messages, and the schema costs more than the rest of the way.
  if (type === 'message.created') return typeof data.text === 'string';
  if (!Object.hasOwn(roomEvents, type as string)) return true;
  return roomEvents[type as RoomEventType].safeParse({ room: '', seq, user: actor, at, ...data }).success;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
