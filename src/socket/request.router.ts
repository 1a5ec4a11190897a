import { Injectable, Logger } from '@nestjs/common';
import { EmptyError, isObservable, lastValueFrom } from 'rxjs';
import { ChatError, CloseCode, type ReplyFrame, type RequestFrame } from '../protocol/index.js';
import type { Connection, CurrentRequest } from './connection.js';
import { FanOut } from './fan-out.js';
import { Gateways } from './gateways.js';
import { refusalOf } from './protocol-validation.js';
import { readRequest } from './request.reader.js';
import { Strikes } from './strikes.js';
import { toChatError } from './to-chat-error.js';

/** Requests of one connection that may wait; then its TCP socket is paused. */
export const MAX_WAITING = 32;

/**
 * Frame → handler → exactly one reply. One at a time per connection, in the order sent. Never throws.
 *
 * Written without `await`: a request passes here in one turn as far as its handler lets it, and costs one promise.
 */
@Injectable()
export class RequestRouter {
  private readonly logger = new Logger(RequestRouter.name);

  constructor(
    private readonly gateways: Gateways,
    private readonly strikes: Strikes,
    private readonly fanOut: FanOut,
  ) {}

  receive(connection: Connection, data: Buffer, isBinary: boolean): void {
    if (connection.cutOff) return;
    if (isBinary) return connection.close(CloseCode.unsupportedData, 'text frames only');
    if (connection.draining || connection.started !== undefined) return this.wait(connection, data);
    connection.draining = true;
    this.drain(connection, data);
  }

  private wait(connection: Connection, data: Buffer): void {
    connection.queue(data);
    if (connection.waiting >= MAX_WAITING) connection.pause();
    if (connection.draining) return;
    connection.draining = true;
    void connection.started?.then(() => this.drain(connection, connection.next()));
  }

  private drain(connection: Connection, first: Buffer | undefined): void {
    for (let data = first; data && !connection.cutOff; data = connection.next()) {
      if (connection.waiting < MAX_WAITING / 2) connection.resume();
      const answering = this.answer(connection, data.toString());
      if (answering) return void answering.then(() => this.drain(connection, connection.next()));
    }
    connection.draining = false;
  }

  /** A promise, which never rejects, where the handler needs time. */
  private answer(connection: Connection, text: string): Promise<void> | undefined {
    const request: CurrentRequest = {};
    connection.current = request;
    const succeed = (data: unknown) => this.finish(connection, request, data);
    const fail = (error: unknown) => {
      // A stream that ended without a word: there is nothing to say, and nothing wrong.
      if (error instanceof EmptyError) succeed(undefined);
      else this.refuse(connection, request, toChatError(error));
    };
    try {
      const result = this.call(connection, readRequest(connection, text, request));
      const last = (value: unknown) =>
        isObservable(value) ? lastValueFrom(value).then(succeed, fail) : succeed(value);
      if (result instanceof Promise) return result.then(last, fail);
      return last(result) ?? undefined;
    } catch (error) {
      fail(error);
    }
    return undefined;
  }

  private call(connection: Connection, { event, data }: RequestFrame): unknown {
    const handler = this.gateways.handlerOf(event);
    if (!handler) throw new ChatError('unknown_type', 'no such event');
    if (!handler.schema) return handler.handle(connection, data);
    const checked = handler.schema.safeParse(data);
    if (!checked.success) throw refusalOf(checked.error.issues);
    return handler.handle(connection, checked.data);
  }

  private finish(connection: Connection, request: CurrentRequest, data: unknown): void {
    try {
      if (request.id !== undefined)
        this.reply(connection, { event: 'reply', id: request.id, ok: true, data: data ?? {} });
      request.over = true;
      request.afterReply?.();
    } catch (error) {
      // An answer that is no JSON: whoever asked would wait for ever.
      this.logger.error(error);
      connection.close(CloseCode.internal, 'internal error');
    }
    connection.current = undefined;
  }

  private refuse(connection: Connection, request: CurrentRequest, refusal: ChatError): void {
    const { id } = request;
    const error = refusal.toBody();
    if (connection.dialect === 'plain') this.fanOut.reply(connection, JSON.stringify({ error }));
    else this.reply(connection, { event: 'reply', ...(id !== undefined && { id }), ok: false, error });
    request.over = true;
    request.afterRefusal?.();
    this.strikes.count(connection, refusal);
    connection.current = undefined;
  }

  private reply(connection: Connection, frame: ReplyFrame): void {
    this.fanOut.reply(connection, JSON.stringify(frame));
  }
}
