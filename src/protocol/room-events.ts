import { z } from 'zod';

/**
 * Everything that happens in a room is one event of its log. This map is where a type of event begins: its name, and
 * the data of its push. Drafts, stored events, pushes, projections, reducers and documents are typed by it, so a type
 * that lacks one of them does not compile.
 */

export const User = z
  .object({ id: z.string(), name: z.string(), guest: z.boolean().optional() })
  .meta({ id: 'User', description: 'A person as others see them' });
export type User = z.infer<typeof User>;

/** Where an event stands in its room's one order, and who did it when. */
const place = {
  room: z.string(),
  seq: z.int().positive(),
  user: User,
  at: z.iso.datetime(),
};

/** `seq` is the place in the room's one order; `clientId` is the sender's own id, by which a repeat is known. */
export const Message = z
  .object({
    ...place,
    id: z.string(),
    text: z.string(),
    clientId: z.string(),
    replyTo: z.string().optional(),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof Message>;

/**
 * Type → data of its push. An event **sets**, it never adds to what was: whoever applies it to a newer state, or
 * twice, and goes on with what follows, ends with the same. An `id` in it is the message that it is about.
 */
export const roomEvents = {
  'message.created': Message,
} as const;

export type RoomEventType = keyof typeof roomEvents;
export type RoomEventPush<Type extends RoomEventType> = z.infer<(typeof roomEvents)[Type]>;

/** What is a type's own, apart from what every event has. */
export type RoomEventData<Type extends RoomEventType> = Omit<
  RoomEventPush<Type>,
  keyof typeof place | (Type extends 'message.created' ? 'id' | 'clientId' : never)
>;
