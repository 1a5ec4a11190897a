import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Env } from '../config/env.js';
import { ClientAddress } from './client-address.js';
import { ForeignOrigin } from './foreign-origin.js';

/**
 * Which page may talk to us: the one we serve, and `ALLOWED_ORIGINS`, compared exactly. A browser sends its cookies
 * wherever a foreign page tells it to, so a cookie without an Origin is refused; a bearer was put there on purpose.
 */
@Injectable()
export class OriginPolicy {
  private readonly allowed: ReadonlySet<string>;

  constructor(
    @Inject(Env) private readonly env: Env,
    private readonly clientAddress: ClientAddress,
  ) {
    this.allowed = new Set([...env.ALLOWED_ORIGINS, ...(env.PUBLIC_URL ? [env.PUBLIC_URL] : [])]);
  }

  /** For upgrades, and for every HTTP request that changes something. Throws `forbidden`. */
  check(request: IncomingMessage): void {
    const { origin, cookie, authorization } = request.headers;
    if (origin !== undefined) {
      if (!this.allows(origin, request)) throw new ForeignOrigin('this origin is not allowed');
    } else if (cookie !== undefined && authorization === undefined && !isSameOriginFetch(request)) {
      throw new ForeignOrigin('a request with a cookie needs an Origin');
    }
  }

  private allows(origin: string, request: IncomingMessage): boolean {
    return this.allowed.has(origin) || (!this.env.PUBLIC_URL && origin === this.ownOrigin(request));
  }

  /** What the page's address begins with, as the browser sees it. */
  ownOrigin(request: IncomingMessage): string {
    if (this.env.PUBLIC_URL) return this.env.PUBLIC_URL;
    return `${this.clientAddress.protocol(request)}://${request.headers.host ?? ''}`;
  }
}

/** Browsers set it, pages cannot. */
function isSameOriginFetch(request: IncomingMessage): boolean {
  return request.headers['sec-fetch-site'] === 'same-origin' && request.method !== 'GET';
}
