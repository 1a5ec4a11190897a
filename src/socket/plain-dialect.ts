import { randomUUID } from 'node:crypto';
import {
  ChatError,
  type Message,
  type PlainRequest,
  type PushFrame,
  type RequestFrame,
} from '../protocol/index.js';
import type { Connection } from './connection.js';

/** What a Django Channels tutorial page says, as a request of ours. */
export function plainRequest(connection: Connection, { message }: PlainRequest): RequestFrame {
  if (!connection.room)
    throw new ChatError('not_joined', 'connect to /ws/chat/<room>/ to send plain messages');
  return { event: 'message.send', data: { room: connection.room, text: message, clientId: randomUUID() } };
}

/** What such a page is told of a push; `null` for everything that is not a message. */
export function plainPush(push: PushFrame): string | null {
  if (push.event !== 'message.created') return null;
  const { text, id, seq, room, user, at } = push.data as Message;
  return JSON.stringify({ message: text, id, seq, room, user, at });
}
