import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** A nonce for each answer, and the headers that every answer carries. */
export function securityHeaders(isHttps: boolean): RequestHandler[] {
  const nonce = (_request: Request, response: Response, next: NextFunction) => {
    response.locals.nonce = randomBytes(16).toString('base64');
    next();
  };
  const nonceOf = (_request: IncomingMessage, response: ServerResponse) =>
    `'nonce-${String((response as Response).locals.nonce)}'`;
  return [
    nonce,
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'script-src': [nonceOf, "'strict-dynamic'"],
          'style-src': ["'self'"],
          'img-src': ["'self'", 'data:'],
          'connect-src': ["'self'"],
          'manifest-src': ["'self'"],
          'base-uri': ["'none'"],
          'object-src': ["'none'"],
          'form-action': ["'self'"],
          'frame-ancestors': ["'none'"],
          'require-trusted-types-for': ["'script'"],
          'trusted-types': ["'none'"],
        },
      },
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: isHttps ? { maxAge: 31_536_000 } : false,
      // Only isolates where the page is secure; on plain http a browser warns and ignores it.
      crossOriginOpenerPolicy: { policy: 'same-origin' },
      originAgentCluster: false,
    }),
  ];
}
