import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  CreateRoom,
  type EventsPage,
  EventsQuery,
  HistoryQuery,
  type HistoryPage,
  PostMessage,
  type RoomDetail,
  type RoomSummary,
  type Sent,
} from '../protocol/index.js';
import { Visitors } from '../web/visitors.js';
import { MessageService } from './message.service.js';
import { RoomCreationService } from './room-creation.service.js';
import { RoomService } from './room.service.js';

/** Rooms and their history, for programs. */
@Controller('api/rooms')
export class RoomsController {
  constructor(
    private readonly visitors: Visitors,
    private readonly rooms: RoomService,
    private readonly creation: RoomCreationService,
    private readonly messages: MessageService,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  async list(@Req() request: Request): Promise<{ rooms: RoomSummary[] }> {
    return { rooms: await this.rooms.list(await this.visitors.ofCall(request)) };
  }

  /** 201, or 200 where the conversation with these people was there already. */
  @Post()
  @HttpCode(201)
  async create(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: CreateRoom }) wish: CreateRoom,
  ): Promise<RoomDetail> {
    const { detail, created } = await this.creation.create(await this.visitors.ofCall(request), wish);
    if (!created) response.status(200);
    return detail;
  }

  @Get(':room/messages')
  @Header('Cache-Control', 'no-store')
  async history(
    @Req() request: Request,
    @Param('room') room: string,
    @Query({ schema: HistoryQuery }) query: HistoryQuery,
  ): Promise<HistoryPage> {
    return this.rooms.history(await this.visitors.ofCall(request), room, query);
  }

  /** What happened, in order: for who was away longer than the socket replays. */
  @Get(':room/events')
  @Header('Cache-Control', 'no-store')
  async events(
    @Req() request: Request,
    @Param('room') room: string,
    @Query({ schema: EventsQuery }) query: EventsQuery,
  ): Promise<EventsPage> {
    return this.rooms.events(await this.visitors.ofCall(request), room, query);
  }

  /** 201 the first time, 200 on a repeat. */
  @Post(':room/messages')
  @HttpCode(201)
  async send(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Param('room') room: string,
    @Body({ schema: PostMessage }) draft: PostMessage,
  ): Promise<Sent> {
    const user = await this.visitors.ofCall(request);
    const sent = await this.messages.send(user, room, draft);
    if (sent.dup) response.status(200);
    return sent;
  }
}
