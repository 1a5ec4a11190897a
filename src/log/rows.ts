import { randomInt } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.js';
import { changesRights } from '../protocol/rights.js';
import { eventsWithText, type RoomEventData, type RoomEventType, type User } from '../protocol/index.js';
import { messageId } from './message-id.js';
import type { EventDraft, RoomEvent } from './room-log.js';

/** One append on its way into the log. */
export interface Entry {
  draft: EventDraft;
  id: string;
  at: number;
}

/** The name is missing where the person was removed. */
export interface PersonColumns {
  name: string | null;
  guest: number | null;
  picture: string | null;
}

/** An event as it is read, with the words of the message that it creates or changes, as they are now. */
type EventRow = PersonColumns & {
  room_id: string;
  seq: number;
  type: RoomEventType;
  id: string;
  actor_id: string;
  client_id: string;
  data: string | null;
  at: number;
  text: string | null;
  reply_to: string | null;
  deleted_at: number | null;
};

/** Made once per append, not per attempt: by the id a repetition of ours knows what it has already stored. */
export function entryOf(draft: EventDraft): Entry {
  const at = Date.now();
  return { draft, id: messageId(at), at };
}

/** The message that a draft is about, where it is about one that is there already. */
export function aboutOf({ data }: EventDraft): string | null {
  return 'id' in data ? (data.id as string) : null;
}

/**
 * What is kept in the event's own row. Words are not: they are kept in `message` alone, so that what replaces or deletes
 * them there does so wherever they are read.
 */
export function keptDataOf(draft: EventDraft): object | null {
  if (draft.type === 'message.created') return null;
  const { text: _words, ...kept } = draft.data as { text?: string };
  return kept;
}

/** Rooms may see thousands of millions of changes, and the number stays exact. */
const MOST_RAISED = 2 ** 20;

/**
 * How much an event raises the rights of its room: by chance, so that other rights never have a number that was given
 * before, also where a failover lost those that had it.
 */
export function raiseOf(type: RoomEventType): number {
  return changesRights(type) ? randomInt(1, MOST_RAISED) : 0;
}

/** What has just been stored. */
export function storedEvent({ draft, id, at }: Entry, place: PersonColumns & { seq: number }): RoomEvent {
  const { roomId, type, actor, clientId, data } = draft;
  const event = {
    roomId,
    seq: place.seq,
    type,
    id,
    actor: userOf(actor.id, place),
    clientId,
    data,
    at: timeOf(at),
  };
  return event as RoomEvent;
}

/** What was stored once, as it is to be read now. */
export function eventOf(row: EventRow): RoomEvent {
  const event = {
    roomId: row.room_id,
    seq: row.seq,
    type: row.type,
    id: row.id,
    actor: userOf(row.actor_id, row),
    clientId: row.client_id,
    data: row.type === 'message.created' ? createdOf(row) : dataOf(row),
    at: timeOf(row.at),
  };
  return event as RoomEvent;
}

function createdOf({ text, reply_to, deleted_at }: EventRow): RoomEventData<'message.created'> {
  const data = reply_to === null ? { text: text ?? '' } : { text: text ?? '', replyTo: reply_to };
  return deleted_at === null ? data : { ...data, deleted: true };
}

function dataOf({ type, data, text }: EventRow): object {
  const kept = JSON.parse(data ?? '{}') as object;
  return eventsWithText.has(type) ? { ...kept, text: text ?? '' } : kept;
}

export function userOf(id: string, { name, guest, picture }: PersonColumns): User {
  const user = { id, name: name ?? 'Deleted user' };
  return { ...user, ...(guest === 1 && { guest: true }), ...(picture && { picture }) };
}

export function guestFlag(user: User): number {
  return user.guest ? 1 : 0;
}

let lastMs = 0;
let lastTime = '';

/** Many events have the same millisecond. */
export function timeOf(ms: number): string {
  if (ms !== lastMs || lastTime === '') {
    lastTime = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastTime;
}

/** Events, each with what its actor is called now. */
export function selectEvents(kysely: Kysely<Tables>) {
  return kysely
    .selectFrom('event')
    .leftJoin('person', 'person.id', 'event.actor_id')
    .leftJoin('event as subject', (join) =>
      join.onRef('subject.room_id', '=', 'event.room_id').onRef('subject.seq', '=', 'event.about'),
    )
    .select(['event.room_id', 'event.seq', 'event.type', 'event.id', 'event.actor_id', 'event.client_id'])
    .select(['event.data', 'event.at', 'event.reply_to', 'event.deleted_at', 'name', 'guest', 'picture'])
    .select((columns) => columns.fn.coalesce('event.text', 'subject.text').as('text'));
}
