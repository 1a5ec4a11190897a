import type { RoomFeed } from '../log/room-feed.js';
import type { Room, RoomEvent } from '../log/room-log.js';
import type { Message, PushFrame } from '../protocol/index.js';

/** A room that has connections on this node. */
export interface LiveRoom {
  readonly room: Room;
  readonly feed: RoomFeed;
}

export function messageOf(room: string, event: RoomEvent<'message.created'>): Message {
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
  };
}

export function pushOf(room: string, event: RoomEvent): PushFrame {
  return { event: event.type, data: messageOf(room, event) };
}
