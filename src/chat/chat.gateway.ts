import type { OnGatewayConnection, OnGatewayDisconnect } from '@nestjs/websockets';
import { type ReplyData, type RequestData, requests } from '../protocol/index.js';
import { ChatGateway as Gateway } from '../socket/chat-gateway.decorator.js';
import type { Connection } from '../socket/connection.js';
import { OnRequest } from '../socket/on-request.decorator.js';
import { MembershipService } from './membership.service.js';
import { MessageService } from './message.service.js';
import { TypingService } from './typing.service.js';

/** One method per request. Mirrors the life of a Django consumer: connect, receive, broadcast, disconnect. */
@Gateway()
export class ChatGateway implements OnGatewayConnection<Connection>, OnGatewayDisconnect<Connection> {
  constructor(
    private readonly membership: MembershipService,
    private readonly messages: MessageService,
    private readonly typists: TypingService,
  ) {}

  /** connect: enters the room of the path. Frames wait until it is done. */
  async handleConnection(connection: Connection): Promise<void> {
    if (connection.room !== undefined) await this.membership.joinOnConnect(connection, connection.room);
  }

  /** disconnect: leaves every room. */
  handleDisconnect(connection: Connection): void {
    this.membership.leaveAll(connection);
  }

  @OnRequest('room.join', requests['room.join'].data)
  join(connection: Connection, position: RequestData<'room.join'>): Promise<ReplyData<'room.join'>> {
    return this.membership.join(connection, position);
  }

  @OnRequest('room.leave', requests['room.leave'].data)
  leave(connection: Connection, { room }: RequestData<'room.leave'>): ReplyData<'room.leave'> {
    this.membership.leave(connection, room);
    return {};
  }

  /** receive, and broadcast: what is stored reaches the room through its feed. */
  @OnRequest('message.send', requests['message.send'].data)
  receive(
    connection: Connection,
    { room, ...draft }: RequestData<'message.send'>,
  ): Promise<ReplyData<'message.send'>> {
    return this.messages.send(connection.user, room, draft);
  }

  @OnRequest('typing', requests.typing.data)
  async typing(connection: Connection, { room }: RequestData<'typing'>): Promise<ReplyData<'typing'>> {
    await this.typists.typing(connection.user, room);
    return {};
  }
}
