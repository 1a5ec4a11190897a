import { Logger, UseFilters, UsePipes } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { CloseCode } from '../protocol/index.js';
import { ChatErrorFilter } from './chat-error.filter.js';
import { Connection } from './connection.js';
import { protocolValidation } from './protocol-validation.js';

/** The path below which every chat socket lives, with or without a room and a trailing slash. */
export const CHAT_SOCKET_PATH = '/ws/chat';

const CHAT_GATEWAY = Symbol('chat gateway');

export function isChatGateway(target: object): boolean {
  return Reflect.hasMetadata(CHAT_GATEWAY, target);
}

/**
 * Makes a class a gateway of the chat socket: its `@SubscribeMessage` methods answer requests of that name, their
 * `@MessageBody({ schema })` is checked, and whatever they throw becomes the reply.
 *
 * `handleConnection` may be async: the connection's frames wait for it. What it throws closes that one socket with 1011
 * and is logged; Nest alone would let it end the process.
 * @publicApi
 */
export function ChatGateway(): ClassDecorator {
  return (target) => {
    guardConnect(target.prototype);
    guardDisconnect(target.prototype);
    Reflect.defineMetadata(CHAT_GATEWAY, true, target);
    UsePipes(protocolValidation)(target);
    UseFilters(ChatErrorFilter)(target);
    WebSocketGateway({ path: CHAT_SOCKET_PATH })(target);
  };
}

type Hooks = Record<'handleConnection' | 'handleDisconnect', ((...args: unknown[]) => unknown) | undefined>;

function guardConnect(prototype: Hooks): void {
  const original = prototype.handleConnection;
  if (!original) return;
  prototype.handleConnection = function guarded(this: object, ...args: unknown[]) {
    const connection = args[0] as Connection;
    const started = attempt(() => original.apply(this, args)).catch((error: unknown) => {
      new Logger(this.constructor.name).error(error);
      connection.close(CloseCode.internal, 'internal error');
    });
    connection.started = Promise.all([connection.started, started]);
  };
}

function guardDisconnect(prototype: Hooks): void {
  const original = prototype.handleDisconnect;
  if (!original) return;
  prototype.handleDisconnect = function guarded(this: object, ...args: unknown[]) {
    attempt(() => original.apply(this, args)).catch((error: unknown) =>
      new Logger(this.constructor.name).error(error),
    );
  };
}

/** A synchronous throw and a rejection, as one. */
async function attempt(work: () => unknown): Promise<void> {
  await work();
}
