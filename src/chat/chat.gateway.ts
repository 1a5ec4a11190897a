import { Inject } from '@nestjs/common';
import type { OnGatewayConnection, OnGatewayDisconnect } from '@nestjs/websockets';
import { Env } from '../config/env.js';
import { type ReplyData, type RequestData, requests } from '../protocol/index.js';
import { ChatGateway as Gateway, FIRST } from '../socket/chat-gateway.decorator.js';
import type { Connection } from '../socket/connection.js';
import { FanOut } from '../socket/fan-out.js';
import { OnRequest } from '../socket/on-request.decorator.js';
import { MembershipService } from './membership.service.js';
import { MessageService } from './message.service.js';
import { TypingService } from './typing.service.js';

/** One method per request. Mirrors the life of a Django consumer: connect, receive, broadcast, disconnect. */
@Gateway({ order: FIRST })
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
