import { All, Controller, Req, Res } from '@nestjs/common';
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express';
import { ChatError } from '../protocol/index.js';
import { AuthGate, passCookies } from './auth.gate.js';
import { anotherService, keysForBots, routes, secondFactor } from './auth.routes.js';
import { Auth } from './better-auth.js';
import { AUTH_PATH } from './better-auth.options.js';

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
    const method = this.methodOf(path);
    if (!method || (path === '/sign-in/anonymous' && !this.auth.guests)) {
      throw new ChatError('not_found', 'there is no such route');
    }
    if (request.method !== method) {
      response.setHeader('allow', method);
      throw new ChatError('method_not_allowed', `use ${method}`);
    }
    // The one that reads its address: what another service says to us.
    const query = path === '/callback/oidc' ? (/\?.*$/s.exec(request.originalUrl)?.[0] ?? '') : '';
    await send(await this.gate.call(request, path, { method, body: request.body, query }), response);
  }

  private methodOf(path: string): 'GET' | 'POST' | undefined {
    const { twoFactor, apiKeys, oidc } = this.auth.options;
    const optional = [twoFactor && secondFactor, apiKeys && keysForBots, oidc && anotherService];
    return routes.get(path) ?? optional.map((some) => (some ? some.get(path) : undefined)).find(Boolean);
  }
}

async function send(answer: Response, response: ExpressResponse): Promise<void> {
  const body = await answer.text();
  response.status(answer.status);
  const type = answer.headers.get('content-type');
  if (type) response.setHeader('content-type', type);
  passCookies(answer, response);
  const location = answer.headers.get('location');
  if (location) response.setHeader('location', location);
  const wait = answer.headers.get('retry-after') ?? answer.headers.get('x-retry-after');
  if (wait) response.setHeader('retry-after', wait);
  response.setHeader('cache-control', 'no-store');
  response.end(body);
}
