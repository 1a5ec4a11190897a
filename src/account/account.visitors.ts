import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuthProvider, type Identity } from '../auth/auth-provider.js';
import { ChatError } from '../protocol/index.js';
import { ForeignOrigin } from '../socket/foreign-origin.js';
import { setCookies } from '../web/visitors.js';

/** Who asks for a page about accounts. Nobody becomes a guest by it. */
@Injectable()
export class AccountVisitors {
  constructor(private readonly auth: AuthProvider) {}

  /** Whoever is signed in, guests included. Throws `not_found` where people keep their accounts elsewhere. */
  async find(request: Request, response: Response): Promise<Identity | null> {
    if (!this.auth.hasAccounts) throw new ChatError('not_found', 'nothing here');
    const known = await this.auth.identify(request).catch((error: unknown) => {
      if (error instanceof ChatError && error.code === 'unauthenticated') return null;
      throw error;
    });
    if (known) setCookies(response, known);
    return known;
  }

  /** Whoever has an account. `null` after sending everybody else to sign in. */
  async require(request: Request, response: Response): Promise<Identity | null> {
    const known = await this.find(request, response);
    if (known && !known.user.guest && !known.sessionId.startsWith('key:')) return known;
    response.redirect(303, `/chat/~sign-in/?next=${encodeURIComponent('/chat/~account/')}`);
    return null;
  }
}

/**
 * A form counts only from a page of ours, by the word of the browser: who has no cookie yet could otherwise be signed
 * in as somebody else by a page elsewhere. Whoever sends neither header is no browser.
 */
export function requireOwnForm(request: Request): void {
  const { origin } = request.headers;
  if (origin === undefined && request.headers['sec-fetch-site'] !== 'same-origin')
    throw new ForeignOrigin('this form does not come from a page of ours');
}

/** What a form says under `name`; of several the first, of none an empty text. */
export function textOf(body: unknown, name: string): string {
  const value: unknown =
    typeof body === 'object' && body !== null && Object.hasOwn(body, name)
      ? (body as Record<string, unknown>)[name]
      : '';
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

/** A refusal of Better Auth or ours, for the page. */
export interface Refusal {
  status: number;
  code: string;
  field: string | undefined;
  message: string;
}

/** The answer's body where it is a success, else what was refused. */
export async function outcomeOf(
  answer: globalThis.Response,
): Promise<{ body: Record<string, unknown> } | Refusal> {
  const body = (await answer.json().catch(() => null)) as Record<string, unknown> | null;
  if (answer.ok) return { body: body ?? {} };
  const { code, field, message } = body ?? {};
  return {
    status: answer.status,
    code: typeof code === 'string' ? code : 'internal',
    field: typeof field === 'string' ? field : undefined,
    message: sentence(typeof code === 'string' ? code : '', typeof message === 'string' ? message : ''),
  };
}

/** Better Auth's own words where they are no sentence for people. */
const words: Record<string, string> = {
  INVALID_PASSWORD: 'This is not your password.',
  INVALID_CODE: 'This code is wrong, or a moment too old.',
  CODE_USED: 'This code was used already. Please wait for the next one.',
  INVALID_BACKUP_CODE: 'This recovery code is wrong, or used up.',
  INVALID_TWO_FACTOR_COOKIE: 'This took too long. Please start again.',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'Too many wrong codes. Please start again.',
  ACCOUNT_TEMPORARILY_LOCKED: 'Too many wrong codes. Please wait a quarter of an hour.',
  PASSWORD_TOO_SHORT: 'A password has at least 8 characters.',
  PASSWORD_TOO_LONG: 'A password has at most 256 characters.',
  TOTP_NOT_ENABLED: 'There is no second factor to prove. Please start again.',
};

export function sentence(code: string, message: string): string {
  const text = words[code] ?? (message || 'Something went wrong. Please try again.');
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
}

/** Whoever uses the browser next finds nothing of what was written in it and not sent; browsers obey where pages come by TLS. */
export function leaveNothing(response: Response): void {
  response.set('Clear-Site-Data', '"storage"');
}

/** The answer says when to come back. */
export function passRetryAfter(answer: globalThis.Response, response: Response): void {
  const wait = answer.headers.get('retry-after') ?? answer.headers.get('x-retry-after');
  if (wait) response.set('Retry-After', wait);
}
