import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuthProvider, type Credentials, type Identity } from '../auth/auth-provider.js';
import { freshGuest } from '../auth/socket-guest.js';
import { Env } from '../config/env.js';
import { ChatError, type User } from '../protocol/index.js';
import { GuestLimits } from './guest-limits.js';

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Who is behind a page or an API call. */
@Injectable()
export class Visitors {
  constructor(
    private readonly auth: AuthProvider,
    @Inject(Env) private readonly env: Env,
    private readonly limits: GuestLimits,
  ) {}

  /** A page is never refused for an old cookie: whoever has none that counts becomes a guest whose sign-in lasts. */
  async ofPage(request: Request, response: Response): Promise<User> {
    return (await this.ofWhom(request, response)).identity.user;
  }

  /** Who sent a form, as what `AuthProvider` reads: a guest who has just become one comes with no cookie yet. */
  async credentialsOfPage(request: Request, response: Response): Promise<Credentials> {
    const { identity, isNew } = await this.ofWhom(request, response);
    if (!isNew) return request;
    const cookie = (identity.cookies ?? []).map((line) => line.split(';', 1)[0]).join('; ');
    const { authorization: _, ...headers } = request.headers;
    return { headers: { ...headers, cookie }, secure: request.secure };
  }

  /** The same rule as for sockets: without cookie and bearer, a guest for this one call. */
  async ofCall(request: Request): Promise<User> {
    const known = await this.auth.identify(request);
    if (known) return known.user;
    this.requireGuests();
    if (!READS.has(request.method)) this.limits.change(request);
    return freshGuest().user;
  }

  private async ofWhom(
    request: Request,
    response: Response,
  ): Promise<{ identity: Identity; isNew: boolean }> {
    const known = await this.auth.identify(request).catch((error: unknown) => {
      if (error instanceof ChatError && error.code === 'unauthenticated') return null;
      throw error;
    });
    if (!known) {
      this.requireGuests();
      this.limits.newcomer(request);
    }
    const identity = known ?? (await this.auth.createGuest(request));
    setCookies(response, identity);
    return { identity, isNew: known === null };
  }

  private requireGuests(): void {
    if (!this.env.GUESTS) throw new ChatError('unauthenticated', 'sign in first');
  }
}

export function setCookies(response: Response, identity: Identity): void {
  for (const cookie of identity.cookies ?? []) response.append('Set-Cookie', cookie);
}
