import { type ReplyData, type RequestData, requests } from '../protocol/index.js';
import { ChatGateway } from '../socket/chat-gateway.decorator.js';
import type { Connection } from '../socket/connection.js';
import { OnRequest } from '../socket/on-request.decorator.js';
import { InvitesService } from './invites.service.js';
import { ModerationService } from './moderation.service.js';
import { RoomCreationService } from './room-creation.service.js';

/** Rooms, their members and their rules. */
@ChatGateway()
export class RoomsGateway {
  constructor(
    private readonly rooms: RoomCreationService,
    private readonly moderation: ModerationService,
    private readonly invites: InvitesService,
  ) {}

  @OnRequest('room.create', requests['room.create'].data)
  async create({ user }: Connection, data: RequestData<'room.create'>): Promise<ReplyData<'room.create'>> {
    return (await this.rooms.create(user, data)).detail;
  }

  @OnRequest('room.get', requests['room.get'].data)
  detail({ user }: Connection, data: RequestData<'room.get'>): Promise<ReplyData<'room.get'>> {
    return this.rooms.detail(user, data.room);
  }

  @OnRequest('room.update', requests['room.update'].data)
  update(
    { user }: Connection,
    { room, ...wish }: RequestData<'room.update'>,
  ): Promise<ReplyData<'room.update'>> {
    return this.moderation.update(user, room, wish);
  }

  @OnRequest('members.list', requests['members.list'].data)
  members({ user }: Connection, data: RequestData<'members.list'>): Promise<ReplyData<'members.list'>> {
    return this.rooms.list(user, data.room);
  }

  @OnRequest('member.set', requests['member.set'].data)
  set({ user }: Connection, data: RequestData<'member.set'>): Promise<ReplyData<'member.set'>> {
    return this.moderation.set(user, data.room, data.user, data.role);
  }

  @OnRequest('member.remove', requests['member.remove'].data)
  remove({ user }: Connection, data: RequestData<'member.remove'>): Promise<ReplyData<'member.remove'>> {
    return this.moderation.remove(user, data.room, data.user);
  }

  @OnRequest('member.ban', requests['member.ban'].data)
  ban(
    { user }: Connection,
    { room, user: who, ...ban }: RequestData<'member.ban'>,
  ): Promise<ReplyData<'member.ban'>> {
    return this.moderation.ban(user, room, who, ban);
  }

  @OnRequest('member.unban', requests['member.unban'].data)
  unban({ user }: Connection, data: RequestData<'member.unban'>): Promise<ReplyData<'member.unban'>> {
    return this.moderation.unban(user, data.room, data.user);
  }

  @OnRequest('member.mute', requests['member.mute'].data)
  mute({ user }: Connection, data: RequestData<'member.mute'>): Promise<ReplyData<'member.mute'>> {
    return this.moderation.mute(user, data.room, data.user, data.until);
  }

  @OnRequest('member.unmute', requests['member.unmute'].data)
  unmute({ user }: Connection, data: RequestData<'member.unmute'>): Promise<ReplyData<'member.unmute'>> {
    return this.moderation.unmute(user, data.room, data.user);
  }

  @OnRequest('bans.list', requests['bans.list'].data)
  bans({ user }: Connection, data: RequestData<'bans.list'>): Promise<ReplyData<'bans.list'>> {
    return this.rooms.bans(user, data.room);
  }

  @OnRequest('invite.create', requests['invite.create'].data)
  invite(
    { user }: Connection,
    { room, ...wish }: RequestData<'invite.create'>,
  ): Promise<ReplyData<'invite.create'>> {
    return this.invites.create(user, room, wish);
  }

  @OnRequest('invites.list', requests['invites.list'].data)
  invitations({ user }: Connection, data: RequestData<'invites.list'>): Promise<ReplyData<'invites.list'>> {
    return this.invites.list(user, data.room);
  }

  @OnRequest('invite.delete', requests['invite.delete'].data)
  async uninvite(
    { user }: Connection,
    data: RequestData<'invite.delete'>,
  ): Promise<ReplyData<'invite.delete'>> {
    await this.invites.delete(user, data.room, data.id);
    return {};
  }

  @OnRequest('invite.accept', requests['invite.accept'].data)
  accept({ user }: Connection, data: RequestData<'invite.accept'>): Promise<ReplyData<'invite.accept'>> {
    return this.invites.accept(user, data.token);
  }
}
