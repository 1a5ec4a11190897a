import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Room, RoomDirectory } from '../log/room-log.js';
import { type Access, RoomMembers } from '../log/room-members.js';
import {
  ChatError,
  type CreateRoom,
  MAX_IN_CONVERSATION,
  type RoomBans,
  type RoomDetail,
  type RoomMembersList,
  type User,
} from '../protocol/index.js';
import { FOR_GOOD } from '../log/room-members.js';
import { RateLimits } from './rate-limits.js';
import { noSuchRoom } from './room.policy.js';
import { operations } from './room.rules.js';
import { RoomService } from './room.service.js';

const MAX_MEMBERS_LISTED = 1_000;

/** Making rooms, and telling what they are. */
@Injectable()
export class RoomCreationService {
  constructor(
    private readonly directory: RoomDirectory,
    private readonly members: RoomMembers,
    private readonly rooms: RoomService,
    private readonly limits: RateLimits,
  ) {}

  /** Throws `taken` where there is a public room of this name. A conversation that is there already is found. */
  async create(user: User, wish: CreateRoom): Promise<{ detail: RoomDetail; created: boolean }> {
    this.limits.create(user.id);
    const { room, created } = await this.make(user, wish);
    const access = await this.rooms.access.fresh(user, room.name);
    if (!access) throw noSuchRoom();
    return { detail: await this.detailOf(user, access), created };
  }

  async detail(user: User, name: string): Promise<RoomDetail> {
    return this.detailOf(user, await this.rooms.access.require('read', user, name));
  }

  async list(user: User, name: string): Promise<RoomMembersList> {
    const { room } = await this.rooms.access.require('members', user, name);
    const now = Date.now();
    const members = await this.members.members(room.id, MAX_MEMBERS_LISTED);
    return {
      members: members.map(({ mutedUntil, ...member }) => ({
        ...member,
        ...(mutedUntil > now && { mutedUntil: new Date(mutedUntil).toISOString() }),
      })),
    };
  }

  async bans(user: User, name: string): Promise<RoomBans> {
    const { room } = await this.rooms.access.require('ban', user, name);
    const bans = await this.members.bans(room.id, Date.now());
    return {
      bans: bans.map(({ until, ...ban }) => ({
        ...ban,
        ...(until < FOR_GOOD && { until: new Date(until).toISOString() }),
      })),
    };
  }

  private async make(user: User, wish: CreateRoom): Promise<{ room: Room; created: boolean }> {
    const { name, title = '', topic = '', with: people } = wish;
    if (name !== undefined) {
      const made = await this.rooms.create(user, { name, title, topic });
      if (!made.created) throw new ChatError('taken', 'a room of this name exists');
      return made;
    }
    const { policy } = this.rooms.access;
    if (people) {
      await policy.mayCreatePrivate(user, 'direct');
      return this.converse(user, people);
    }
    await policy.mayCreatePrivate(user, 'private');
    const members = [{ user, role: 'owner' as const }];
    return this.directory.create({ kind: 'private', title, topic, members });
  }

  /** The one conversation of these people, whoever of them opened it first. */
  private async converse(user: User, with_: readonly string[]): Promise<{ room: Room; created: boolean }> {
    const others = [...new Set(with_)].filter((id) => id !== user.id);
    if (others.length === 0 || others.length >= MAX_IN_CONVERSATION)
      throw new ChatError('bad_schema', `with: a conversation has 2–${MAX_IN_CONVERSATION} people`);
    const people = await this.members.people(others);
    // A guest cannot be written to later: nobody could sign in as them again.
    if (people.length < others.length || people.some(({ guest }) => guest))
      throw new ChatError('not_found', 'there is no such person');
    const members = [user, ...people].map((person) => ({ user: person, role: 'member' as const }));
    const ids = members.map((member) => member.user.id).toSorted();
    const directKey = createHash('sha256').update(JSON.stringify(ids)).digest('hex');
    return this.directory.create({ kind: 'direct', title: '', topic: '', members, directKey });
  }

  private async detailOf(user: User, access: Access): Promise<RoomDetail> {
    const { room, place } = access;
    const allowed = await Promise.all(
      operations.map(async (operation) => {
        try {
          await this.rooms.access.check(operation, user, access);
          return [operation];
        } catch (error) {
          if (error instanceof ChatError) return [];
          throw error;
        }
      }),
    );
    return {
      ...this.rooms.summary(room, await this.rooms.peopleOf(room, user)),
      me: {
        role: place.role,
        ...(place.mutedUntil > Date.now() && { mutedUntil: new Date(place.mutedUntil).toISOString() }),
        may: allowed.flat(),
      },
    };
  }
}
