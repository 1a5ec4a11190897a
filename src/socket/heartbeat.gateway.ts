import { type ReplyData, requests } from '../protocol/index.js';
import { ChatGateway } from './chat-gateway.decorator.js';
import type { Connection } from './connection.js';
import { Heartbeat } from './heartbeat.js';
import { OnRequest } from './on-request.decorator.js';

/** The answer to `ping`. */
@ChatGateway()
export class HeartbeatGateway {
  constructor(private readonly heartbeat: Heartbeat) {}

  @OnRequest('pong', requests.pong.data)
  pong(connection: Connection): ReplyData<'pong'> {
    this.heartbeat.answered(connection);
    return {};
  }
}
