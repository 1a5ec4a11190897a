import type { RoomEventType } from '../../src/protocol/index.js';
import type { Sighting } from './history.js';

/** What the push of any type of event says of who did what to whom. */
export interface EventPush {
  room: string;
  seq: number;
  user: { id: string };
  id?: string;
  clientId?: string;
  emoji?: string;
  member?: { id: string };
}

/** As a client is told of it. */
export function sightingOf(type: RoomEventType, data: EventPush): Sighting {
  const { room, seq, user, id, member, clientId, emoji } = data;
  return { room, seq, type, author: user.id, id: id ?? member?.id ?? '', clientId: clientId ?? emoji ?? '' };
}
