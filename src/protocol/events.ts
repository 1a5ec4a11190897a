import { z } from 'zod';
import { Changed } from './changed.js';
import { RoomName } from './names.js';
import { roomRequests } from './rooms.js';
import { roomEvents, User } from './room-events.js';
import { isStorable, storable } from './storable.js';

export * from './changed.js';
export * from './room-events.js';

/** Every request and push of the chat's own gateway. Server, browser, tests and AsyncAPI take theirs from here. */

export const Sent = z
  .object({ id: z.string(), seq: z.int().positive(), at: z.iso.datetime(), dup: z.literal(true).optional() })
  .meta({ id: 'Sent', description: 'Stored. `dup` where this `clientId` had been stored before.' });
export type Sent = z.infer<typeof Sent>;

/** Empty or blank text is refused here; the length limit is the server's setting, so it is checked there. */
export const MessageText = z
  .string()
  .refine((text) => text.trim().length > 0, 'a message needs text')
  .refine(isStorable, 'text must be well-formed Unicode without NUL');

export const ClientId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,64}$/, '8–64 letters, digits, "_" or "-"; a UUID fits');

export const MessageId = storable(1, 64);

/** As Unicode recommends them for interchange: one, however many code points it is made of. */
export const Emoji = z
  .string()
  .max(64)
  .regex(/^\p{RGI_Emoji}$/v, 'one emoji');

const Empty = z.strictObject({});

export const requests = {
  'room.join': {
    data: z.strictObject({
      room: RoomName,
      epoch: z.string().max(64).optional(),
      after: z.int().nonnegative().optional(),
    }),
    reply: z.object({
      room: z.string(),
      epoch: z.string(),
      head: z.int().nonnegative(),
      /** True where everything after `after` follows as pushes; false: reload the page of history. */
      recovered: z.boolean(),
      /** Who is here now; empty where `online` is above 100. */
      members: z.array(User),
      online: z.int().nonnegative(),
      me: User,
    }),
  },
  'room.leave': { data: z.strictObject({ room: RoomName }), reply: Empty },
  'message.send': {
    data: z.strictObject({
      room: RoomName,
      text: MessageText,
      clientId: ClientId,
      replyTo: storable(0, 64).optional(),
    }),
    reply: Sent,
  },
  'message.edit': {
    data: z.strictObject({ room: RoomName, id: MessageId, text: MessageText }),
    reply: Changed,
  },
  'message.delete': { data: z.strictObject({ room: RoomName, id: MessageId }), reply: Changed },
  'reaction.add': { data: z.strictObject({ room: RoomName, id: MessageId, emoji: Emoji }), reply: Changed },
  'reaction.remove': {
    data: z.strictObject({ room: RoomName, id: MessageId, emoji: Emoji }),
    reply: Changed,
  },
  ...roomRequests,
  typing: { data: z.strictObject({ room: RoomName }), reply: Empty },
  pong: { data: Empty, reply: Empty },
} as const;

export const pushes = {
  welcome: z.object({
    user: User,
    connection: z.string(),
    pingEveryMs: z.int().positive(),
    limits: z.object({
      frameBytes: z.int(),
      textLength: z.int(),
      sendsPerSecond: z.number(),
      sendBurst: z.int(),
    }),
  }),
  ...roomEvents,
  /** This connection is out of the room, behind the event `seq`: removed, banned, or left from elsewhere. */
  'room.left': z.object({ room: z.string(), seq: z.int().nonnegative() }),
  /** Who came and who went since the last one. `online` counts people, not sockets. */
  presence: z.object({
    room: z.string(),
    online: z.int().nonnegative(),
    joined: z.array(User),
    left: z.array(z.string()),
  }),
  /** Somebody types; forget it after 5 s. */
  typing: z.object({ room: z.string(), user: User }),
  resync: z.object({ room: z.string(), epoch: z.string(), head: z.int().nonnegative() }),
  ping: z.object({ heads: z.record(z.string(), z.int().nonnegative()) }),
  /** `degraded`: what is said on other servers comes seconds late. Told on a change, and on connecting where it is so. */
  service: z.object({ degraded: z.boolean() }),
  bye: z.object({ retryAfterMs: z.int().nonnegative() }),
} as const;

export type RequestName = keyof typeof requests;
export type RequestData<Name extends RequestName> = z.infer<(typeof requests)[Name]['data']>;
export type ReplyData<Name extends RequestName> = z.infer<(typeof requests)[Name]['reply']>;
export type PushName = keyof typeof pushes;
export type PushData<Name extends PushName> = z.infer<(typeof pushes)[Name]>;
