import type { Message, RoomEventPush, RoomEventType } from '../../src/protocol/events.js';

/** An event of the room's log as it was pushed or fetched; of a type that is not known here, too. */
export interface RoomPush {
  event: string;
  data: { room: string; seq: number };
}

type Messages = readonly Message[];

/** Shows nothing among the messages. */
const unchanged = (messages: Messages): Messages => messages;

/** What each type of event makes of the messages, as the projections make it of the tables. Pure. */
export const reducers: {
  readonly [Type in RoomEventType]: (messages: Messages, data: RoomEventPush<Type>) => Messages;
} = {
  'message.created': (messages, message) => [...messages, message],
  'message.edited': (messages, { id, text, at }) =>
    change(messages, id, (message) => ({ ...message, text, editedAt: at })),
  'message.deleted': (messages, { id }) =>
    change(messages, id, ({ editedAt: _at, reactions: _all, ...message }) => ({
      ...message,
      text: '',
      deleted: true,
    })),
  'reaction.added': (messages, { id, emoji, user, seq }) =>
    change(messages, id, (message) => ({
      ...message,
      reactions: [...without(message, emoji, user.id), { emoji, user, seq }],
    })),
  'reaction.removed': (messages, { id, emoji, user }) =>
    change(messages, id, (message) => {
      const { reactions: _all, ...rest } = message;
      const reactions = without(message, emoji, user.id);
      return reactions.length > 0 ? { ...rest, reactions } : rest;
    }),
  'member.joined': unchanged,
  'member.left': unchanged,
  'member.kicked': unchanged,
  'member.banned': unchanged,
  'member.unbanned': unchanged,
  'member.changed': unchanged,
  'member.muted': unchanged,
  'member.unmuted': unchanged,
  'room.updated': unchanged,
};

/**
 * The messages after `events`, one after the other. One that is not known here shows nothing; it only has its place in
 * the order. New messages are gathered: a page of events costs one copy of what is there, not one for each.
 */
export function applied(messages: Messages, events: readonly RoomPush[]): Messages {
  let all = messages;
  let fresh: Message[] = [];
  for (const { event, data } of events) {
    if (event === 'message.created') fresh.push(data as Message);
    else if (isKnown(event)) {
      if (fresh.length > 0) all = [...all, ...fresh];
      fresh = [];
      all = reducers[event](all, data as never);
    }
  }
  return fresh.length > 0 ? [...all, ...fresh] : all;
}

function isKnown(event: string): event is RoomEventType {
  return Object.hasOwn(reducers, event);
}

/** A message that is not loaded is left to the page that brings it; a deleted one stays deleted. */
function change(messages: Messages, id: string, to: (message: Message) => Message): Messages {
  const index = messages.findLastIndex((message) => message.id === id);
  const message = messages[index];
  return !message || message.deleted ? messages : messages.with(index, to(message));
}

function without({ reactions = [] }: Message, emoji: string, userId: string) {
  return reactions.filter((one) => one.emoji !== emoji || one.user.id !== userId);
}
