import { Injectable, Logger } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import {
  ChatError,
  CloseCode,
  type ErrorBody,
  PlainRequest,
  RequestFrame,
  type ReplyFrame,
} from '../protocol/index.js';
import type { Connection } from './connection.js';
import { EventIndex } from './event-index.js';
import { FanOut } from './fan-out.js';
import { parseGuarded } from './json-guard.js';
import { plainRequest } from './plain-dialect.js';
import { Strikes } from './strikes.js';

/** Requests of one connection that may wait; then its TCP socket is paused. */
export const MAX_WAITING = 32;

/** Frame → handler → exactly one reply. One at a time per connection, in the order sent. Never throws. */
@Injectable()
export class RequestRouter {
  private readonly logger = new Logger(RequestRouter.name);

  constructor(
    private readonly events: EventIndex,
    private readonly strikes: Strikes,
    private readonly fanOut: FanOut,
  ) {}

  receive(connection: Connection, data: Buffer, isBinary: boolean): void {
    if (connection.cutOff) return;
    if (isBinary) return connection.close(CloseCode.unsupportedData, 'text frames only');
    connection.inbox.push(data);
    if (connection.inbox.length >= MAX_WAITING) connection.pause();
    if (!connection.draining) void this.drain(connection);
  }

  private async drain(connection: Connection): Promise<void> {
    connection.draining = true;
    try {
      await connection.started;
      for (let data = connection.inbox.shift(); data && !connection.cutOff; data = connection.inbox.shift()) {
        if (connection.inbox.length < MAX_WAITING / 2) connection.resume();
        await this.answer(connection, data.toString());
      }
    } catch (error) {
      this.logger.error(error);
      connection.close(CloseCode.internal, 'internal error');
    } finally {
      connection.draining = false;
    }
  }

  private async answer(connection: Connection, text: string): Promise<void> {
    const request: Connection['current'] = { afterReply: [] };
    connection.current = request;
    let data: unknown;
    try {
      const frame = this.parse(connection, text, request);
      data = await this.call(connection, frame);
    } catch (error) {
      request.refusal = error instanceof ChatError ? error : this.unexpected(error);
    }
    if (request.refusal) this.refuse(connection, request, request.refusal);
    else {
      if (request.id !== undefined)
        this.reply(connection, { event: 'reply', id: request.id, ok: true, data });
      for (const task of request.afterReply) task();
    }
    connection.current = undefined;
  }

  private parse(connection: Connection, text: string, request: { id?: number }): RequestFrame {
    const json = parseGuarded(text);
    // The id is taken before the shape is judged: a refusal should reach the caller that waits for it.
    const id = (json as { id?: unknown } | null)?.id;
    if (connection.dialect === 'plain') {
      const plain = PlainRequest.safeParse(json);
      if (!plain.success || hasProtoKey(json))
        throw new ChatError('bad_schema', 'send {"message": "<text>"}');
      return plainRequest(connection, plain.data);
    }
    if (Number.isSafeInteger(id) && (id as number) >= 0) request.id = id as number;
    const frame = RequestFrame.safeParse(json);
    // Schemas drop such a key in silence; here it is refused like every unknown field.
    if (hasProtoKey(json) || hasProtoKey((json as { data?: unknown } | null)?.data))
      throw new ChatError('bad_schema', 'unknown field');
    if (frame.success) return frame.data;
    const [issue] = frame.error.issues;
    throw new ChatError('bad_schema', [issue?.path.join('.'), issue?.message].filter(Boolean).join(': '));
  }

  private async call(connection: Connection, frame: RequestFrame): Promise<unknown> {
    const index = this.events.indexOf(frame.event);
    const handler = index === undefined ? undefined : connection.handlers[index];
    if (!handler) throw new ChatError('unknown_type', 'no such event');
    const result: unknown = await handler(frame.data);
    return (isObservable(result) ? await lastValueFrom(result, { defaultValue: {} }) : result) ?? {};
  }

  private refuse(connection: Connection, request: { id?: number }, refusal: ChatError): void {
    const error: ErrorBody = refusal.toBody();
    if (connection.dialect === 'plain') this.fanOut.reply(connection, JSON.stringify({ error }));
    else
      this.reply(connection, {
        event: 'reply',
        ...(request.id !== undefined && { id: request.id }),
        ok: false,
        error,
      });
    this.strikes.count(connection, refusal);
  }

  private reply(connection: Connection, frame: ReplyFrame): void {
    this.fanOut.reply(connection, JSON.stringify(frame));
  }

  private unexpected(error: unknown): ChatError {
    this.logger.error(error);
    return new ChatError('internal', 'internal error');
  }
}

function hasProtoKey(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__');
}
