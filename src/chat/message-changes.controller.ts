import { Body, Controller, Delete, HttpCode, Param, Patch, Put, Req } from '@nestjs/common';
import type { Request } from 'express';
import { type Changed, EditMessage, Emoji, MessageId } from '../protocol/index.js';
import { Visitors } from '../web/visitors.js';
import { MessageChangesService } from './message-changes.service.js';

/** What is done to messages that are there, for programs. Repeating a call changes nothing. */
@Controller('api/rooms/:room/messages/:id')
export class MessageChangesController {
  constructor(
    private readonly visitors: Visitors,
    private readonly changes: MessageChangesService,
  ) {}

  @Patch()
  async edit(
    @Req() request: Request,
    @Param('room') room: string,
    @Param('id', { schema: MessageId }) id: string,
    @Body({ schema: EditMessage }) { text }: EditMessage,
  ): Promise<Changed> {
    return this.changes.edit(await this.visitors.ofCall(request), room, id, text);
  }

  @Delete()
  async delete(
    @Req() request: Request,
    @Param('room') room: string,
    @Param('id', { schema: MessageId }) id: string,
  ): Promise<Changed> {
    return this.changes.delete(await this.visitors.ofCall(request), room, id);
  }

  @Put('reactions/:emoji')
  @HttpCode(200)
  async react(
    @Req() request: Request,
    @Param('room') room: string,
    @Param('id', { schema: MessageId }) id: string,
    @Param('emoji', { schema: Emoji }) emoji: string,
  ): Promise<Changed> {
    return this.changes.react(await this.visitors.ofCall(request), room, id, emoji);
  }

  @Delete('reactions/:emoji')
  async unreact(
    @Req() request: Request,
    @Param('room') room: string,
    @Param('id', { schema: MessageId }) id: string,
    @Param('emoji', { schema: Emoji }) emoji: string,
  ): Promise<Changed> {
    return this.changes.unreact(await this.visitors.ofCall(request), room, id, emoji);
  }
}
