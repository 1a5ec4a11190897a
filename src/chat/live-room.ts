import type { RoomFeed } from '../log/room-feed.js';
import type { Room, RoomEvent, StoredMessage } from '../log/room-log.js';
import type { Message, PushFrame } from '../protocol/index.js';

/** A room that has connections on this node. */
export interface LiveRoom {
  readonly room: Room;
  readonly feed: RoomFeed;
}

/** What the room is told of an event of its log. */
export function pushOf(room: string, event: RoomEvent): PushFrame {
  if (event.type === 'message.created') return { event: event.type, data: createdOf(room, event) };
  const { seq, actor, at, data } = event;
  return { event: event.type, data: { room, seq, user: actor, at, ...data } };
}

export function createdOf(room: string, event: RoomEvent<'message.created'>): Message {
  const { seq, id, actor, clientId, data, at } = event;
  return {
    room,
    seq,
    id,
    user: actor,
    text: data.text,
    clientId,
    at,
    ...(data.replyTo !== undefined && { replyTo: data.replyTo }),
    ...(data.deleted && { deleted: data.deleted }),
  };
}

/** A message as it is now, as a page of history shows it. */
export function messageOf(room: string, stored: StoredMessage): Message {
  const { seq, id, actor, clientId, at, text, replyTo, editedAt, deleted, reactions } = stored;
  return {
    room,
    seq,
    id,
    user: actor,
    text,
    clientId,
    at,
    ...(replyTo !== undefined && { replyTo }),
    ...(editedAt !== undefined && { editedAt }),
    ...(deleted && { deleted }),
    ...(reactions.length > 0 && {
      reactions: reactions.map((one) => ({ emoji: one.emoji, user: one.actor, seq: one.seq })),
    }),
  };
}
