import { type Changed, type RequestData, requests } from '../protocol/index.js';
import { ChatGateway } from '../socket/chat-gateway.decorator.js';
import type { Connection } from '../socket/connection.js';
import { OnRequest } from '../socket/on-request.decorator.js';
import { MessageChangesService } from './message-changes.service.js';

/** What is done to messages that are there. */
@ChatGateway()
export class MessageChangesGateway {
  constructor(private readonly changes: MessageChangesService) {}

  @OnRequest('message.edit', requests['message.edit'].data)
  edit({ user }: Connection, { room, id, text }: RequestData<'message.edit'>): Promise<Changed> {
    return this.changes.edit(user, room, id, text);
  }

  @OnRequest('message.delete', requests['message.delete'].data)
  delete({ user }: Connection, { room, id }: RequestData<'message.delete'>): Promise<Changed> {
    return this.changes.delete(user, room, id);
  }

  @OnRequest('reaction.add', requests['reaction.add'].data)
  react({ user }: Connection, { room, id, emoji }: RequestData<'reaction.add'>): Promise<Changed> {
    return this.changes.react(user, room, id, emoji);
  }

  @OnRequest('reaction.remove', requests['reaction.remove'].data)
  unreact({ user }: Connection, { room, id, emoji }: RequestData<'reaction.remove'>): Promise<Changed> {
    return this.changes.unreact(user, room, id, emoji);
  }
}
