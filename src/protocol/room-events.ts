import { z } from 'zod';

/**
 * Everything that happens in a room is one event of its log. This map is where a type of event begins: its name, and
 * the data of its push. Drafts, stored events, pushes, projections, reducers and documents are typed by it, so a type
 * that lacks one of them does not compile.
 */

export const User = z
  .object({
    id: z.string(),
    name: z.string(),
    guest: z.boolean().optional(),
    /** `GET /pictures/<picture>`. */
    picture: z.string().optional(),
    /** What they say of themselves; only where people are listed. */
    status: z.string().optional(),
  })
  .meta({ id: 'User', description: 'A person as others see them' });
export type User = z.infer<typeof User>;

/** Where an event stands in its room's one order, and who did it when. */
const place = {
  room: z.string(),
  seq: z.int().positive(),
  user: User,
  at: z.iso.datetime(),
};

/** `seq` is where it was added. Who reacted twice with different emojis is listed twice. */
export const Reaction = z
  .object({ emoji: z.string(), user: User, seq: z.int().positive() })
  .meta({ id: 'Reaction', description: 'One emoji of one person' });
export type Reaction = z.infer<typeof Reaction>;

/**
 * `seq` is the place in the room's one order; `clientId` is the sender's own id, by which a repeat is known. `text` is
 * what it says now, also where the message is replayed to somebody who was away: of a deleted one it is empty.
 * A page of history tells the rest of what it has become, too; `reactions` ascending by their `seq`.
 */
export const Message = z
  .object({
    ...place,
    id: z.string(),
    text: z.string(),
    clientId: z.string(),
    replyTo: z.string().optional(),
    editedAt: z.iso.datetime().optional(),
    deleted: z.literal(true).optional(),
    reactions: z.array(Reaction).optional(),
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof Message>;

/** The message that an event is about. */
const about = { id: z.string() };
const reaction = { ...place, ...about, emoji: z.string() };

/** What a member of a room may be. Who left or was removed is none of these. */
export const Role = z.enum(['owner', 'moderator', 'member']).meta({ id: 'Role' });
export type Role = z.infer<typeof Role>;

/** Whom an event of membership is about; `user` is who did it. */
const membership = { ...place, member: User };

/**
 * Type → data of its push. An event **sets**, it never adds to what was: whoever applies it to a newer state, or
 * twice, and goes on with what follows, ends with the same. An `id` in it is the message that it is about.
 */
export const roomEvents = {
  'message.created': Message,
  /** Of a message that was deleted in the meantime, `text` is empty. */
  'message.edited': z.object({ ...place, ...about, text: z.string() }),
  /** Its reactions are gone, too. */
  'message.deleted': z.object({ ...place, ...about }),
  'reaction.added': z.object(reaction),
  'reaction.removed': z.object(reaction),
  'member.joined': z.object({ ...membership, role: Role }),
  'member.left': z.object(membership),
  'member.kicked': z.object(membership),
  /** For good where `until` is missing. */
  'member.banned': z.object({
    ...membership,
    until: z.iso.datetime().optional(),
    reason: z.string().optional(),
  }),
  'member.unbanned': z.object(membership),
  'member.changed': z.object({ ...membership, role: Role }),
  'member.muted': z.object({ ...membership, until: z.iso.datetime() }),
  'member.unmuted': z.object(membership),
  /** All of it as it is from now on. */
  'room.updated': z.object({
    ...place,
    title: z.string(),
    topic: z.string(),
    archived: z.boolean(),
    slowModeSeconds: z.int().nonnegative(),
  }),
} as const;

export type RoomEventType = keyof typeof roomEvents;
export type RoomEventPush<Type extends RoomEventType> = z.infer<(typeof roomEvents)[Type]>;

/** What is a type's own, apart from what every event has. */
export type RoomEventData<Type extends RoomEventType> = Omit<
  RoomEventPush<Type>,
  keyof typeof place | (Type extends 'message.created' ? 'id' | 'clientId' | 'editedAt' | 'reactions' : never)
>;

/** The types whose words are kept with the message, not with the event. */
export const eventsWithText: ReadonlySet<RoomEventType> = new Set(['message.created', 'message.edited']);
