import type { ParamsFactory } from '@nestjs/core/helpers/external-context-creator.js';
import { WsParamtype } from '@nestjs/websockets/enums/ws-paramtype.enum.js';

/** What `@ConnectedSocket()` and `@MessageBody()` stand for; a reply is what the handler returns, so there is no `@Ack()`. */
export const socketParams: ParamsFactory = {
  exchangeKeyForValue(type: number, data: unknown, [connection, body]: [unknown, unknown]): unknown {
    if (type === WsParamtype.SOCKET) return connection;
    if (type !== WsParamtype.PAYLOAD) return undefined;
    return typeof data === 'string' ? (body as Record<string, unknown> | undefined)?.[data] : body;
  },
};
