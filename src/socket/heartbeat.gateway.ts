import { ConnectedSocket, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { type ReplyData, type RequestData, requests } from '../protocol/index.js';
import { ChatGateway } from './chat-gateway.decorator.js';
import type { Connection } from './connection.js';
import { Heartbeat } from './heartbeat.js';

/** The answer to `ping`. */
@ChatGateway()
export class HeartbeatGateway {
  constructor(private readonly heartbeat: Heartbeat) {}

  @SubscribeMessage('pong')
  pong(
    @ConnectedSocket() connection: Connection,
    @MessageBody({ schema: requests.pong.data }) _data: RequestData<'pong'>,
  ): ReplyData<'pong'> {
    this.heartbeat.answered(connection);
    return {};
  }
}
