import { z } from 'zod';
import { Changed } from './changed.js';
import { RoomName } from './names.js';
import { Role, User } from './room-events.js';
import { storable } from './storable.js';

/** Rooms, their members and their rules: the same shapes over HTTP and over the socket. */

export const RoomKind = z.enum(['public', 'private', 'direct']).meta({ id: 'RoomKind' });
export type RoomKind = z.infer<typeof RoomKind>;

export const RoomSummary = z
  .object({
    room: z.string(),
    title: z.string(),
    topic: z.string(),
    /** Private rooms and direct conversations are listed for their members alone. */
    kind: RoomKind,
    online: z.int().nonnegative(),
    head: z.int().nonnegative(),
    archived: z.literal(true).optional(),
    slowModeSeconds: z.int().positive().optional(),
    /** Of a direct conversation, which has no title: the others in it. */
    people: z.array(User).optional(),
    last: z.object({ user: User, text: z.string(), at: z.iso.datetime() }).optional(),
  })
  .meta({ id: 'Room' });
export type RoomSummary = z.infer<typeof RoomSummary>;

export const RoomList = z.object({ rooms: z.array(RoomSummary) });

/** `may`: the operations that are allowed now, so that a page shows what works. */
export const RoomDetail = RoomSummary.extend({
  me: z.object({
    role: Role.or(z.enum(['former', 'none'])),
    mutedUntil: z.iso.datetime().optional(),
    may: z.array(z.string()),
  }),
}).meta({ id: 'RoomDetail' });
export type RoomDetail = z.infer<typeof RoomDetail>;

export const MAX_IN_CONVERSATION = 20;
const Title = z
  .string()
  .trim()
  .max(100)
  .refine((text) => text.isWellFormed() && !text.includes('\0'));
const Topic = z
  .string()
  .trim()
  .max(500)
  .refine((text) => text.isWellFormed() && !text.includes('\0'));
const UserId = storable(1, 64);

/** With a `name`: public. With `with`: the one direct conversation with these people. Otherwise private, with a title. */
export const CreateRoom = z
  .strictObject({
    name: RoomName.optional(),
    title: Title.optional(),
    topic: Topic.optional(),
    kind: RoomKind.optional(),
    with: z.array(UserId).min(1).max(MAX_IN_CONVERSATION).optional(),
  })
  .superRefine(({ name, title, topic, kind, with: people }, context) => {
    const wanted = kind ?? (people ? 'direct' : 'public');
    const fits =
      wanted === 'public'
        ? name !== undefined && !people
        : wanted === 'private'
          ? name === undefined && !people && Boolean(title)
          : people !== undefined && name === undefined && !title && !topic;
    if (!fits)
      context.addIssue({
        code: 'custom',
        message: 'public: name; private: title; direct: with, and neither name nor title',
        path: ['kind'],
        input: kind,
      });
  });
export type CreateRoom = z.infer<typeof CreateRoom>;

const changes = {
  title: Title.min(1).optional(),
  topic: Topic.optional(),
  archived: z.boolean().optional(),
  slowModeSeconds: z.int().min(0).max(21_600).optional(),
};
export const UpdateRoom = z.strictObject(changes);
export type UpdateRoom = z.infer<typeof UpdateRoom>;

export const SetMember = z.strictObject({ role: Role.optional() });
const ban = { until: z.iso.datetime().optional(), reason: storable(0, 200).trim().optional() };
export const BanMember = z.strictObject(ban);
export type BanMember = z.infer<typeof BanMember>;
export const MuteMember = z.strictObject({ until: z.iso.datetime() });

export const RoomMembersList = z
  .object({
    members: z.array(z.object({ user: User, role: Role, mutedUntil: z.iso.datetime().optional() })),
  })
  .meta({ id: 'RoomMembers', description: 'Owners first, then moderators; at most 1,000' });
export type RoomMembersList = z.infer<typeof RoomMembersList>;

export const RoomBans = z
  .object({
    bans: z.array(
      z.object({ user: User, until: z.iso.datetime().optional(), reason: z.string().optional() }),
    ),
  })
  .meta({ id: 'RoomBans' });
export type RoomBans = z.infer<typeof RoomBans>;

const invitation = {
  /** A week where it is not said. */
  expiresInSeconds: z.int().min(60).max(2_592_000).default(604_800),
  /** As often as one likes where it is not said. */
  uses: z.int().min(1).max(10_000).optional(),
};
export const CreateInvite = z.strictObject(invitation);
export type CreateInvite = z.infer<typeof CreateInvite>;

/** `token` is told once, to who made it: only its hash is kept. */
export const RoomInvite = z
  .object({
    id: z.string(),
    by: User,
    expiresAt: z.iso.datetime(),
    usesLeft: z.int().nonnegative().optional(),
    token: z.string().optional(),
  })
  .meta({ id: 'RoomInvite' });
export type RoomInvite = z.infer<typeof RoomInvite>;
export const RoomInvites = z.object({ invites: z.array(RoomInvite) });
export type RoomInvites = z.infer<typeof RoomInvites>;

export const InviteToken = z.string().min(1).max(100);
/** `dup` where one was a member already. */
export const Accepted = z.object({ room: z.string(), dup: z.literal(true).optional() });
export type Accepted = z.infer<typeof Accepted>;

const room = { room: RoomName };
/** `me` is the caller. */
const member = { ...room, user: UserId };

export const roomRequests = {
  'room.create': { data: CreateRoom, reply: RoomDetail },
  'room.get': { data: z.strictObject(room), reply: RoomDetail },
  'room.update': { data: z.strictObject({ ...room, ...changes }), reply: Changed },
  'members.list': { data: z.strictObject(room), reply: RoomMembersList },
  'member.set': { data: z.strictObject({ ...member, role: Role.optional() }), reply: Changed },
  'member.remove': { data: z.strictObject(member), reply: Changed },
  'member.ban': { data: z.strictObject({ ...member, ...ban }), reply: Changed },
  'member.unban': { data: z.strictObject(member), reply: Changed },
  'member.mute': { data: z.strictObject({ ...member, until: z.iso.datetime() }), reply: Changed },
  'member.unmute': { data: z.strictObject(member), reply: Changed },
  'bans.list': { data: z.strictObject(room), reply: RoomBans },
  'invite.create': { data: z.strictObject({ ...room, ...invitation }), reply: RoomInvite },
  'invites.list': { data: z.strictObject(room), reply: RoomInvites },
  'invite.delete': { data: z.strictObject({ ...room, id: UserId }), reply: z.strictObject({}) },
  'invite.accept': { data: z.strictObject({ token: InviteToken }), reply: Accepted },
} as const;
