import { Inject } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  SubscribeMessage,
} from '@nestjs/websockets';
import { Env } from '../config/env.js';
import { type ReplyData, type RequestData, requests } from '../protocol/index.js';
import { ChatGateway as Gateway } from '../socket/chat-gateway.decorator.js';
import type { Connection } from '../socket/connection.js';
import { FanOut } from '../socket/fan-out.js';
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
    private readonly fanOut: FanOut,
    @Inject(Env) private readonly env: Env,
  ) {}

  /** connect: says hello, and enters the room of the path. Frames wait until it is done. */
  async handleConnection(connection: Connection): Promise<void> {
    this.fanOut.push(connection, {
      event: 'welcome',
      data: {
        user: connection.user,
        connection: connection.id,
        pingEveryMs: this.env.PING_INTERVAL_MS,
        limits: {
          frameBytes: this.env.MAX_FRAME_BYTES,
          textLength: this.env.MAX_TEXT_LENGTH,
          sendsPerSecond: this.env.SENDS_PER_SECOND,
          sendBurst: this.env.SEND_BURST,
        },
      },
    });
    if (connection.room !== undefined) await this.membership.joinOnConnect(connection, connection.room);
  }

  /** disconnect: leaves every room. */
  handleDisconnect(connection: Connection): void {
    this.membership.leaveAll(connection);
  }

  @SubscribeMessage('room.join')
  join(
    @ConnectedSocket() connection: Connection,
    @MessageBody({ schema: requests['room.join'].data }) position: RequestData<'room.join'>,
  ): Promise<ReplyData<'room.join'>> {
    return this.membership.join(connection, position);
  }

  @SubscribeMessage('room.leave')
  leave(
    @ConnectedSocket() connection: Connection,
    @MessageBody({ schema: requests['room.leave'].data }) { room }: RequestData<'room.leave'>,
  ): ReplyData<'room.leave'> {
    this.membership.leave(connection, room);
    return {};
  }

  /** receive, and broadcast: what is stored reaches the room through its feed. */
  @SubscribeMessage('message.send')
  receive(
    @ConnectedSocket() connection: Connection,
    @MessageBody({ schema: requests['message.send'].data }) { room, ...draft }: RequestData<'message.send'>,
  ): Promise<ReplyData<'message.send'>> {
    return this.messages.send(connection.user, room, draft);
  }

  @SubscribeMessage('typing')
  async typing(
    @ConnectedSocket() connection: Connection,
    @MessageBody({ schema: requests.typing.data }) { room }: RequestData<'typing'>,
  ): Promise<ReplyData<'typing'>> {
    await this.typists.typing(connection.user, room);
    return {};
  }
}
