import type { User } from '../protocol/index.js';
import { withWordsOf } from './redact.js';
import type { RoomEvent } from './room-log.js';

/** What is kept in memory for those who come back. */
export const RING_EVENTS = 300;

/** What a room was told last, in its order and without holes: as those who come back are to be told it now. */
export class EventRing {
  private events: RoomEvent[] = [];

  /** The one behind the last. */
  add(event: RoomEvent): void {
    // What a message says no more is not kept for those who come back.
    if (event.type === 'message.edited' || event.type === 'message.deleted')
      this.events = withWordsOf(event, this.events);
    this.events.push(event);
    if (this.events.length >= RING_EVENTS * 2) this.events = this.events.slice(-RING_EVENTS);
  }

  /** `null` where that is more than is kept. */
  last(count: number): RoomEvent[] | null {
    return count <= this.events.length ? this.events.slice(this.events.length - count) : null;
  }

  find(seq: number): RoomEvent | undefined {
    const first = this.events[0]?.seq ?? 0;
    return this.events[seq - first];
  }

  /** What is older than `at` (ISO 8601) is not kept any more. */
  expire(at: string): void {
    const kept = this.events.findIndex((event) => event.at >= at);
    if (kept !== 0) this.events = kept < 0 ? [] : this.events.slice(kept);
  }

  rename(user: User): void {
    this.events = this.events.map((event) => renamed(event, user));
  }

  clear(): void {
    this.events = [];
  }
}

/** The person is called so, whether they did it or it is about them. */
export function renamed(event: RoomEvent, user: User): RoomEvent {
  const named = event.actor.id === user.id ? { ...event, actor: user } : event;
  const isAbout = 'member' in named.data && named.data.member.id === user.id;
  return isAbout ? ({ ...named, data: { ...named.data, member: user } } as RoomEvent) : named;
}
