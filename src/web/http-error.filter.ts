import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  NotFoundException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.js';
import { Counts } from '../metrics/counts.js';
import { ChatError, type ErrorCode } from '../protocol/index.js';
import { ForeignOrigin } from '../socket/foreign-origin.js';
import { toChatError } from '../socket/to-chat-error.js';
import { UpgradeRefused } from '../socket/upgrade.checks.js';
import { problemOf } from '../socket/upgrade-refusal.js';
import { PageRenderer } from './page.renderer.js';
import { Unsent } from './unsent.js';

const titles: Record<number, string> = {
  400: 'That did not work',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Nothing here',
  429: 'Too fast',
  503: 'Not available right now',
};

/** Thrown anywhere over HTTP → problem+json, or a page for people. Only codes and their sentences get out. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  /** Since start, by code. */
  readonly refused = new Counts<ErrorCode>();

  constructor(
    private readonly pages: PageRenderer,
    private readonly audit: Audit,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) return void response.destroy();
    if (thrown instanceof ForeignOrigin)
      void this.audit.note('request_forged', { address: request.ip, detail: { on: 'page' } });
    const { refusal, status, headers } = describe(thrown);
    this.refused.add(refusal.code);
    response.set(headers);
    if (refusal.retryAfterMs !== undefined)
      response.set('Retry-After', String(Math.ceil(refusal.retryAfterMs / 1000)));
    if (isPage(request)) {
      const title = titles[status] ?? 'Something went wrong';
      const unsent = refusal instanceof Unsent ? { unsent: refusal.form } : {};
      const page = { view: 'error', status, title, detail: refusal.message, ...unsent } as const;
      return this.pages.send(response, page, status);
    }
    response.status(status).set('Cache-Control', 'no-store').type('application/problem+json');
    response.send(JSON.stringify(problemOf(refusal, status)));
  }
}

function describe(thrown: unknown): { refusal: ChatError; status: number; headers: Record<string, string> } {
  if (thrown instanceof UpgradeRefused) return thrown;
  // Nest's own sentence repeats the path.
  if (thrown instanceof NotFoundException) return describe(new ChatError('not_found', 'nothing here'));
  const refusal = bodyError(thrown) ?? toChatError(thrown);
  // A status that has no code of its own (413, 415) still is what Nest says it is.
  const status =
    thrown instanceof HttpException && refusal.code !== 'internal' ? thrown.getStatus() : refusal.status;
  return { refusal, status, headers: {} };
}

/** What the body parser throws says which part of the body was wrong; the sentences are ours. */
function bodyError(thrown: unknown): ChatError | null {
  const cause = thrown instanceof HttpException ? (thrown.cause ?? thrown) : thrown;
  const type = (cause as { type?: unknown } | null)?.type;
  if (type === 'entity.parse.failed') return new ChatError('bad_json', 'the body is not JSON');
  if (type === 'entity.too.large') return new ChatError('too_long', 'the body is too large');
  if (typeof type === 'string' && /^(encoding|charset|request|parameters|querystring)\./.test(type))
    return new ChatError('bad_schema', 'the body cannot be read');
  if (cause instanceof URIError) return new ChatError('bad_schema', 'the path cannot be decoded');
  return null;
}

/** What programs ask for is answered to programs, whatever they accept; elsewhere a browser gets a page. */
function isPage(request: Request): boolean {
  const isForPrograms = /^\/(api|ws|health|metrics|assets)(?![^/?])/.test(request.originalUrl);
  return !isForPrograms && request.accepts(['json', 'html']) === 'html';
}
