import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Req,
} from '@nestjs/common';
import type { Request } from 'express';
import {
  type Accepted,
  BanMember,
  type Changed,
  CreateInvite,
  InviteToken,
  MuteMember,
  type RoomBans,
  type RoomDetail,
  type RoomInvite,
  type RoomInvites,
  type RoomMembersList,
  SetMember,
  UpdateRoom,
} from '../protocol/index.js';
import { Visitors } from '../web/visitors.js';
import { InvitesService } from './invites.service.js';
import { ModerationService } from './moderation.service.js';
import { RoomCreationService } from './room-creation.service.js';

/** Who belongs to a room, and what it is, for programs. `me` as a user is the caller. */
@Controller('api/rooms/:room')
export class RoomMembersController {
  constructor(
    private readonly visitors: Visitors,
    private readonly rooms: RoomCreationService,
    private readonly moderation: ModerationService,
    private readonly invites: InvitesService,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  async detail(@Req() request: Request, @Param('room') room: string): Promise<RoomDetail> {
    return this.rooms.detail(await this.visitors.ofCall(request), room);
  }

  @Patch()
  async update(
    @Req() request: Request,
    @Param('room') room: string,
    @Body({ schema: UpdateRoom }) wish: UpdateRoom,
  ): Promise<Changed> {
    return this.moderation.update(await this.visitors.ofCall(request), room, wish);
  }

  @Get('members')
  @Header('Cache-Control', 'no-store')
  async members(@Req() request: Request, @Param('room') room: string): Promise<RoomMembersList> {
    return this.rooms.list(await this.visitors.ofCall(request), room);
  }

  @Put('members/:user')
  async set(
    @Req() request: Request,
    @Param('room') room: string,
    @Param('user') who: string,
    @Body({ schema: SetMember.default({}) }) { role }: { role?: 'owner' | 'moderator' | 'member' },
  ): Promise<Changed> {
    return this.moderation.set(await this.visitors.ofCall(request), room, who, role);
  }

  @Delete('members/:user')
  async remove(
    @Req() request: Request,
    @Param('room') room: string,
    @Param('user') who: string,
  ): Promise<Changed> {
    return this.moderation.remove(await this.visitors.ofCall(request), room, who);
  }

  @Get('bans')
  @Header('Cache-Control', 'no-store')
  async bans(@Req() request: Request, @Param('room') room: string): Promise<RoomBans> {
    return this.rooms.bans(await this.visitors.ofCall(request), room);
  }

  @Put('bans/:user')
  async ban(
    @Req() request: Request,
    @Param('room') room: string,
    @Param('user') who: string,
    @Body({ schema: BanMember.default({}) }) ban: BanMember,
  ): Promise<Changed> {
    return this.moderation.ban(await this.visitors.ofCall(request), room, who, ban);
  }

  @Delete('bans/:user')
  async unban(
    @Req() request: Request,
    @Param('room') room: string,
    @Param('user') who: string,
  ): Promise<Changed> {
    return this.moderation.unban(await this.visitors.ofCall(request), room, who);
  }

  @Put('mutes/:user')
  async mute(
    @Req() request: Request,
    @Param('room') room: string,
    @Param('user') who: string,
    @Body({ schema: MuteMember }) { until }: { until: string },
  ): Promise<Changed> {
    return this.moderation.mute(await this.visitors.ofCall(request), room, who, until);
  }

  @Delete('mutes/:user')
  async unmute(
    @Req() request: Request,
    @Param('room') room: string,
    @Param('user') who: string,
  ): Promise<Changed> {
    return this.moderation.unmute(await this.visitors.ofCall(request), room, who);
  }

  @Get('invites')
  @Header('Cache-Control', 'no-store')
  async list(@Req() request: Request, @Param('room') room: string): Promise<RoomInvites> {
    return this.invites.list(await this.visitors.ofCall(request), room);
  }

  @Post('invites')
  @Header('Cache-Control', 'no-store')
  async invite(
    @Req() request: Request,
    @Param('room') room: string,
    @Body({ schema: CreateInvite.prefault({}) }) wish: CreateInvite,
  ): Promise<RoomInvite> {
    return this.invites.create(await this.visitors.ofCall(request), room, wish);
  }

  @Delete('invites/:id')
  @HttpCode(204)
  async uninvite(
    @Req() request: Request,
    @Param('room') room: string,
    @Param('id') id: string,
  ): Promise<void> {
    await this.invites.delete(await this.visitors.ofCall(request), room, id);
  }
}

@Controller('api/invites')
export class InvitesController {
  constructor(
    private readonly visitors: Visitors,
    private readonly invites: InvitesService,
  ) {}

  @Post(':token')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async accept(
    @Req() request: Request,
    @Param('token', { schema: InviteToken }) token: string,
  ): Promise<Accepted> {
    return this.invites.accept(await this.visitors.ofCall(request), token);
  }
}
