import { All, Controller, Req, Res } from '@nestjs/common';
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express';
import { ChatError } from '../protocol/index.js';
import { ADDRESS_HEADER, Auth, AUTH_PATH } from './better-auth.js';

/** What Better Auth is asked for so far. Its other routes are as good as not there. */
const routes = new Map([
  ['/sign-in/anonymous', 'POST'],
  ['/get-session', 'GET'],
  ['/sign-out', 'POST'],
]);

/** What Better Auth reads. Nothing else of a request reaches it, above all no forwarding header. */
const forwarded = [
  'authorization',
  'cookie',
  'content-type',
  'origin',
  'referer',
  'sec-fetch-site',
  'sec-fetch-mode',
  'sec-fetch-dest',
] as const;

/**
 * Better Auth's routes under `/api/auth`. Expects Nest's body parser before it, and Express to know the trusted
 * proxies: `secure`, `host` and `ip` of the request are believed.
 */
@Controller('api/auth')
export class AuthController {
  constructor(private readonly auth: Auth) {}

  @All('*path')
  async handle(@Req() request: ExpressRequest, @Res() response: ExpressResponse): Promise<void> {
    const path = request.path.slice(AUTH_PATH.length).replace(/\/$/, '');
    const method = routes.get(path);
    if (!method || (path === '/sign-in/anonymous' && !this.auth.guests)) {
      throw new ChatError('not_found', 'there is no such route');
    }
    if (request.method !== method) {
      response.setHeader('allow', method);
      throw new ChatError('method_not_allowed', `use ${method}`);
    }
    const answer = await this.auth.for(request).handler(toWebRequest(request, path));
    if (path === '/sign-out' && answer.ok) await this.endFor(request);
    await send(answer, response);
  }

  /** Nobody is told that they are signed out while their session is still there. */
  private async endFor(request: ExpressRequest): Promise<void> {
    const token = readToken(this.auth, request);
    if (token) await this.auth.end(token);
  }
}

/** A cookie that is not valid is only taken away: there is nothing behind it. */
function readToken(auth: Auth, request: ExpressRequest): string | null {
  try {
    return auth.tokens.read(request)?.token ?? null;
  } catch {
    return null;
  }
}

function toWebRequest(request: ExpressRequest, path: string): Request {
  const url = `${request.protocol}://${request.host}${AUTH_PATH}${path}`;
  if (!URL.canParse(url)) throw new ChatError('bad_schema', 'the Host header is not an address');
  const headers = new Headers();
  for (const name of forwarded) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  headers.set('user-agent', request.headers['user-agent']?.slice(0, 256) ?? '');
  if (request.ip) headers.set(ADDRESS_HEADER, request.ip);
  const body = request.method === 'POST' && request.body !== undefined ? JSON.stringify(request.body) : null;
  return new Request(url, { method: request.method, headers, body });
}

async function send(answer: Response, response: ExpressResponse): Promise<void> {
  const body = await answer.text();
  response.status(answer.status);
  const type = answer.headers.get('content-type');
  if (type) response.setHeader('content-type', type);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  const wait = answer.headers.get('x-retry-after');
  if (wait) response.setHeader('retry-after', wait);
  response.setHeader('cache-control', 'no-store');
  response.end(body);
}
