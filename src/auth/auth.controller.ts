import { All, Controller, Req, Res } from '@nestjs/common';
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express';
import { ChatError } from '../protocol/index.js';
import { AuthGate, passCookies } from './auth.gate.js';
import { Auth } from './better-auth.js';
import { AUTH_PATH } from './better-auth.options.js';

/** What of Better Auth there is. Its other routes are as good as not there. */
const routes = new Map<string, 'GET' | 'POST'>([
  ['/sign-in/anonymous', 'POST'],
  ['/sign-in/username', 'POST'],
  ['/sign-up/email', 'POST'],
  ['/get-session', 'GET'],
  ['/sign-out', 'POST'],
  ['/revoke-sessions', 'POST'],
  ['/revoke-other-sessions', 'POST'],
  ['/change-password', 'POST'],
]);

/** Better Auth's routes under `/api/auth`. Expects Nest's body parser before it. */
@Controller('api/auth')
export class AuthController {
  constructor(
    private readonly auth: Auth,
    private readonly gate: AuthGate,
  ) {}

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
    await send(await this.gate.call(request, path, { method, body: request.body }), response);
  }
}

async function send(answer: Response, response: ExpressResponse): Promise<void> {
  const body = await answer.text();
  response.status(answer.status);
  const type = answer.headers.get('content-type');
  if (type) response.setHeader('content-type', type);
  passCookies(answer, response);
  const wait = answer.headers.get('retry-after') ?? answer.headers.get('x-retry-after');
  if (wait) response.setHeader('retry-after', wait);
  response.setHeader('cache-control', 'no-store');
  response.end(body);
}
