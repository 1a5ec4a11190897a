import type { Message, RoomEventPush, RoomEventType } from '../../src/protocol/events.js';

/** An event of the room's log as it was pushed or fetched; of a type that is not known here, too. */
export interface RoomPush {
  event: string;
  data: { room: string; seq: number };
}

/** Shows nothing among the messages. */
const nothing = (): void => {};

/**
 * What each type of event makes of the messages, as the projections make it of the tables. They change the list that they
 * are given, and none of the messages in it.
 */
export const reducers: {
  readonly [Type in RoomEventType]: (messages: Message[], data: RoomEventPush<Type>) => void;
} = {
  'message.created': (messages, message) => void messages.push(message),
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
  'member.joined': nothing,
  'member.left': nothing,
  'member.kicked': nothing,
  'member.banned': nothing,
  'member.unbanned': nothing,
  'member.changed': nothing,
  'member.muted': nothing,
  'member.unmuted': nothing,
  'room.updated': nothing,
};

/**
 * The messages after `events`, one after the other. One that is not known here shows nothing; it only has its place in
 * the order. However many they are, they cost one copy of what is there; those that show nothing, none.
 */
export function applied(messages: readonly Message[], events: readonly RoomPush[]): readonly Message[] {
  let copy: Message[] | undefined;
  for (const { event, data } of events)
    if (isKnown(event) && reducers[event] !== nothing)
      reducers[event]((copy ??= [...messages]), data as never);
  return copy ?? messages;
}

function isKnown(event: string): event is RoomEventType {
  return Object.hasOwn(reducers, event);
}

/** A message that is not loaded is left to the page that brings it; a deleted one stays deleted. */
function change(messages: Message[], id: string, to: (message: Message) => Message): void {
  const index = messages.findLastIndex((message) => message.id === id);
  const message = messages[index];
  if (message && !message.deleted) messages[index] = to(message);
}

function without({ reactions = [] }: Message, emoji: string, userId: string) {
  return reactions.filter((one) => one.emoji !== emoji || one.user.id !== userId);
}
