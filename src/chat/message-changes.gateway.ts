import { ConnectedSocket, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { type Changed, type RequestData, requests } from '../protocol/index.js';
import { ChatGateway } from '../socket/chat-gateway.decorator.js';
import type { Connection } from '../socket/connection.js';
import { MessageChangesService } from './message-changes.service.js';

/** What is done to messages that are there. */
@ChatGateway()
export class MessageChangesGateway {
  constructor(private readonly changes: MessageChangesService) {}

  @SubscribeMessage('message.edit')
  edit(
    @ConnectedSocket() { user }: Connection,
    @MessageBody({ schema: requests['message.edit'].data }) { room, id, text }: RequestData<'message.edit'>,
  ): Promise<Changed> {
    return this.changes.edit(user, room, id, text);
  }

  @SubscribeMessage('message.delete')
  delete(
    @ConnectedSocket() { user }: Connection,
    @MessageBody({ schema: requests['message.delete'].data }) { room, id }: RequestData<'message.delete'>,
  ): Promise<Changed> {
    return this.changes.delete(user, room, id);
  }

  @SubscribeMessage('reaction.add')
  react(
    @ConnectedSocket() { user }: Connection,
    @MessageBody({ schema: requests['reaction.add'].data }) { room, id, emoji }: RequestData<'reaction.add'>,
  ): Promise<Changed> {
    return this.changes.react(user, room, id, emoji);
  }

  @SubscribeMessage('reaction.remove')
  unreact(
    @ConnectedSocket() { user }: Connection,
    @MessageBody({ schema: requests['reaction.remove'].data })
    { room, id, emoji }: RequestData<'reaction.remove'>,
  ): Promise<Changed> {
    return this.changes.unreact(user, room, id, emoji);
  }
}
