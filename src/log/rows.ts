import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.js';
import type { User } from '../protocol/index.js';
import { messageId } from './message-id.js';
import type { MessageDraft, RoomEvent } from './room-log.js';

/** One event as it is stored, apart from its place. */
export interface EventRecord {
  room_id: string;
  type: 'message.created';
  id: string;
  actor_id: string;
  client_id: string;
  data: string;
  at: number;
}

/** The name is missing where the person was removed. */
export interface PersonColumns {
  name: string | null;
  guest: number | null;
}

/** Made once per append, not per attempt: by the id a repetition of ours knows what it has already stored. */
export function recordOf(draft: MessageDraft): EventRecord {
  const at = Date.now();
  const { text, replyTo } = draft;
  return {
    room_id: draft.roomId,
    type: 'message.created',
    id: messageId(at),
    actor_id: draft.actor.id,
    client_id: draft.clientId,
    data: JSON.stringify({ text, replyTo }),
    at,
  };
}

export function eventOf(row: EventRecord & PersonColumns & { seq: number }): RoomEvent {
  return {
    roomId: row.room_id,
    seq: row.seq,
    type: row.type,
    id: row.id,
    actor: userOf(row.actor_id, row),
    clientId: row.client_id,
    data: JSON.parse(row.data) as RoomEvent['data'],
    at: timeOf(row.at),
  };
}

export function userOf(id: string, { name, guest }: PersonColumns): User {
  const user = { id, name: name ?? 'Deleted user' };
  return guest === 1 ? { ...user, guest: true } : user;
}

export function guestFlag(user: User): number {
  return user.guest ? 1 : 0;
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Events, each with what its actor is called now. */
export function selectEvents(kysely: Kysely<Tables>) {
  return kysely
    .selectFrom('event')
    .leftJoin('person', 'person.id', 'event.actor_id')
    .select(['room_id', 'seq', 'type', 'event.id', 'actor_id', 'client_id', 'data', 'at', 'name', 'guest']);
}
