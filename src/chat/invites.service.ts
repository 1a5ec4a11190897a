import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Invite, type InviteGoal, RoomInvites } from '../log/room-invites.js';
import {
  type Accepted,
  ChatError,
  type CreateInvite,
  type RoomInvite,
  type User,
} from '../protocol/index.js';
import { ModerationService } from './moderation.service.js';
import { RateLimits } from './rate-limits.js';
import { RoomAccess } from './room-access.js';

/** Links by which people become members. They end when who made them may not make any more. */
@Injectable()
export class InvitesService {
  constructor(
    private readonly access: RoomAccess,
    private readonly invites: RoomInvites,
    private readonly moderation: ModerationService,
    private readonly limits: RateLimits,
  ) {}

  async create(user: User, name: string, { expiresInSeconds, uses }: CreateInvite): Promise<RoomInvite> {
    this.limits.manage(user.id);
    const expiresAt = Date.now() + expiresInSeconds * 1_000;
    return this.access.settled(user, name, async () => {
      const { room } = await this.access.require('invite', user, name);
      const { token, ...invite } = await this.invites.create(room, user, expiresAt, uses);
      return { ...shown(invite), token };
    });
  }

  async list(user: User, name: string): Promise<{ invites: RoomInvite[] }> {
    const { room } = await this.access.require('invite', user, name);
    return { invites: (await this.invites.list(room.id, Date.now())).map(shown) };
  }

  async delete(user: User, name: string, id: string): Promise<void> {
    this.limits.manage(user.id);
    const { room } = await this.access.require('invite', user, name);
    if (!(await this.invites.delete(room.id, id))) throw new ChatError('not_found', 'no such invitation');
  }

  /** What a link leads to. Throws `not_found`, also for whom the room is not there any more. */
  async look(user: User, token: string): Promise<{ title: string; by: User }> {
    const { room, title, by } = await this.find(token);
    const access = await this.access.fresh(user, room);
    if (!access) throw noSuchInvite();
    await this.mayAccept(user, access).catch((error: unknown) => {
      // Who has to register first sees what for.
      if (!(error instanceof ChatError) || error.code !== 'forbidden') throw error;
    });
    return { title, by };
  }

  /** Throws `not_found`, the same for one that never was, is over, or leads where the caller may not go. */
  async accept(user: User, token: string): Promise<Accepted> {
    this.limits.join(user.id);
    const named = await this.find(token);
    return this.access.settled(user, named.room, async () => {
      const { id, room: name } = await this.find(token);
      const access = await this.access.fresh(user, name);
      if (!access) throw noSuchInvite();
      await this.mayAccept(user, access);
      if (!['former', 'none'].includes(access.place.role)) return { room: name, dup: true as const };
      const use = randomUUID();
      if (!(await this.invites.take(id, use))) throw noSuchInvite();
      try {
        await this.moderation.store(access, user, {
          type: 'member.joined',
          data: { member: user, role: 'member' },
        });
      } catch (error) {
        // Where nobody knows whether it was stored, it may have been.
        if (!(error instanceof ChatError && error.code === 'unavailable'))
          await this.invites.giveBack(id, use);
        throw error;
      }
      return { room: name };
    });
  }

  private async mayAccept(user: User, access: Parameters<RoomAccess['check']>[2]): Promise<void> {
    try {
      await this.access.check('accept', user, access);
    } catch (error) {
      throw error instanceof ChatError && error.code === 'not_found' ? noSuchInvite() : error;
    }
  }

  private async find(token: string): Promise<InviteGoal> {
    const invite = await this.invites.find(token, Date.now());
    if (!invite) throw noSuchInvite();
    return invite;
  }
}

function noSuchInvite(): ChatError {
  return new ChatError('not_found', 'no such invitation');
}

function shown({ id, by, expiresAt, usesLeft }: Invite): RoomInvite {
  return {
    id,
    by,
    expiresAt: new Date(expiresAt).toISOString(),
    ...(usesLeft !== null && { usesLeft }),
  };
}
