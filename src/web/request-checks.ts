import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ChatError } from '../protocol/index.js';
import { ForeignOrigin } from '../socket/foreign-origin.js';
import type { OriginPolicy } from '../socket/origin.policy.js';
import { checkHost } from '../socket/upgrade.checks.js';

const MAX_URL = 2_048;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What every HTTP request must pass: a URL of sane length, one Host, and for changes an Origin of ours. */
export function requestChecks(origin: OriginPolicy): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction) => {
    if (request.originalUrl.length > MAX_URL)
      throw new ChatError('uri_too_long', `a URL has at most ${MAX_URL} characters`);
    checkHost(request);
    if (!SAFE.has(request.method)) {
      if (request.headers['sec-fetch-site'] === 'cross-site' && request.headers.origin === undefined)
        throw new ForeignOrigin('this origin is not allowed');
      origin.check(request);
    }
    next();
  };
}
