import { HttpException, Logger } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { ChatError, type ErrorCode } from '../protocol/index.js';

const codeOfStatus: Record<number, ErrorCode> = {
  400: 'bad_schema',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'taken',
  413: 'too_long',
  414: 'uri_too_long',
  429: 'rate_limited',
  503: 'unavailable',
};

const logger = new Logger('ChatError');

/**
 * What the client is told of whatever was thrown. Refusals of ours, and of Nest's guards and pipes, keep their code;
 * everything else is logged here and is `internal` outside.
 */
export function toChatError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown;
  // Nest's guards refuse with it, and teams throw it in their own gateways.
  if (thrown instanceof WsException) return new ChatError('forbidden', thrown.message);
  if (thrown instanceof HttpException) {
    const code = codeOfStatus[thrown.getStatus()];
    if (code) return new ChatError(code, thrown.message);
  }
  // What is thrown instead of an error may be anything, a message of somebody's too.
  logger.error(
    thrown instanceof Error ? thrown : new Error(`something else than an error was thrown: ${typeof thrown}`),
  );
  return new ChatError('internal', 'internal error');
}
