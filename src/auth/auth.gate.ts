import { Injectable } from '@nestjs/common';
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express';
import { ChatError } from '../protocol/index.js';
import { ADDRESS_HEADER } from './address-header.js';
import { AuthAudit } from './auth.audit.js';
import { Auth } from './better-auth.js';
import { AUTH_PATH } from './better-auth.options.js';
import { Safeguards } from './safeguards.js';

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

const EVERYWHERE = /^\/revoke-(other-)?sessions$/;
const ANOTHER_SERVICE = /^\/(sign-in\/social|callback\/)/;
/** Longer than what Better Auth itself allows for finding out what the service can do. */
const SERVICE_MS = 15_000;

export interface AuthCall {
  method?: 'GET' | 'POST';
  body?: unknown;
  /** With its `?`, for the few routes that read one. */
  query?: string;
  /** Whether who is signed in matters; a code that proves a second factor is nobody's yet. */
  signedIn?: boolean;
}

/**
 * One of Better Auth's routes, asked for on behalf of a request of ours, by the API and by the pages alike. Expects
 * Express to know the trusted proxies: `secure`, `host` and `ip` of the request are believed.
 */
@Injectable()
export class AuthGate {
  private readonly audit: AuthAudit;
  private readonly safeguards: Safeguards;

  constructor(private readonly auth: Auth) {
    this.audit = new AuthAudit(auth);
    this.safeguards = new Safeguards(auth);
  }

  async call(request: ExpressRequest, path: string, call: AuthCall = {}): Promise<Response> {
    const asked = this.toWebRequest(request, path, call);
    await this.safeguards.check(request, path, call.body);
    const who = await this.audit.who(request, path, call.signedIn ?? true);
    const answer = await inTime(path, this.auth.for(request).handler(asked));
    if (path === '/sign-out' && answer.ok) await this.endFor(request);
    if (path === '/change-password' && answer.ok) await this.endOthers(answer.clone());
    if (path === '/api-key/create' && answer.ok) {
      const { id } = (await answer.clone().json()) as { id: string };
      await this.safeguards.checkMade(request, id);
    }
    if (EVERYWHERE.test(path) && answer.ok && who) await this.auth.revocation.endKeys(who.id);
    await this.audit.note(request, path, call.body, who, answer);
    return answer;
  }

  /** Nobody is told that they are signed out while their session is still there. */
  private async endFor(request: ExpressRequest): Promise<void> {
    const token = this.readToken(request);
    if (token) await this.auth.end(token);
  }

  /** Only now that the new password is there: until then the old one still signed in. */
  private async endOthers(answer: Response): Promise<void> {
    const { token, user } = (await answer.json()) as { token: string; user: { id: string } };
    await this.auth.revocation.afterPasswordChange(user.id, token);
  }

  /** A cookie that is not valid is only taken away: there is nothing behind it. */
  private readToken(request: ExpressRequest): string | null {
    try {
      return this.auth.tokens.read(request)?.token ?? null;
    } catch {
      return null;
    }
  }

  private toWebRequest(request: ExpressRequest, path: string, call: AuthCall): Request {
    const { method = 'POST', body, query = '', signedIn = true } = call;
    const url = `${request.protocol}://${request.host}${AUTH_PATH}${path}${query}`;
    if (!URL.canParse(url)) throw new ChatError('bad_schema', 'the Host header is not an address');
    const headers = new Headers();
    for (const name of forwarded) {
      const value = request.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    if (!signedIn) headers.set('cookie', withoutSession(request.headers.cookie ?? ''));
    headers.set('user-agent', request.headers['user-agent']?.slice(0, 256) ?? '');
    if (request.ip) headers.set(ADDRESS_HEADER, request.ip);
    const json = method === 'POST' && body !== undefined ? JSON.stringify(body) : null;
    if (json !== null && !headers.get('content-type')?.includes('json') && call.method === undefined)
      headers.set('content-type', 'application/json');
    return new Request(url, { method, headers, body: json });
  }
}

/** What another service has to be asked for may never come. */
async function inTime(path: string, answer: Promise<Response>): Promise<Response> {
  if (!ANOTHER_SERVICE.test(path)) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new ChatError('unavailable', 'the other service does not answer', 5_000);
    timer = setTimeout(() => reject(error), SERVICE_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function withoutSession(cookie: string): string {
  return cookie
    .split(';')
    .filter((pair) => !/^\s*(__Host-)?chat\.session_token=/.test(pair))
    .join(';');
}

/** The cookies of an answer, passed on. */
export function passCookies(answer: Response, response: ExpressResponse): void {
  for (const cookie of answer.headers.getSetCookie()) response.append('Set-Cookie', cookie);
}
