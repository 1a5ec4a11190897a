import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import type { Identity } from '../auth/auth-provider.js';
import { Auth } from '../auth/better-auth.js';
import { type AccountPageData, ChatError } from '../protocol/index.js';
import { PageRenderer } from '../web/page.renderer.js';
import { sentence } from './account.visitors.js';
import { ApiKeys } from './api-keys.js';
import { ProfileService } from './profile.service.js';

const DONE: Record<string, string> = {
  profile: 'Your profile is saved.',
  picture: 'Your picture is changed.',
  password: 'Your password is changed, and every other device is signed out.',
  session: 'That device is signed out.',
  'two-factor': 'From now on a code is asked for when you sign in.',
  'two-factor-off': 'The second factor is off.',
  key: 'The key is revoked.',
  connected: 'From now on you may sign in by that service, too.',
  disconnected: 'From now on only your password signs you in.',
};

export type AccountExtra = Partial<Pick<AccountPageData, 'problems' | 'values' | 'done'>> & {
  setup?: { uri: string; secret: string; codes: string[] };
  codes?: string[];
  freshKey?: string;
};

/** The page about one's own account, as it is now, with what a form has to say. */
@Injectable()
export class AccountPage {
  constructor(
    private readonly auth: Auth,
    private readonly profiles: ProfileService,
    private readonly keys: ApiKeys,
    private readonly pages: PageRenderer,
  ) {}

  async send(response: Response, me: Identity, extra: AccountExtra = {}, status = 200): Promise<void> {
    const { user, sessionId } = me;
    const { twoFactor, isAdmin, isConnected, ...profile } = await this.profiles.of(user.id, sessionId);
    const { setup, codes, freshKey, done, ...state } = extra;
    const { oidc } = this.auth.options;
    const words = DONE[done ?? ''];
    const page: AccountPageData = {
      view: 'account',
      me: user,
      isAdmin,
      ...profile,
      ...state,
      ...(words && { done: words }),
      ...(this.auth.options.twoFactor && {
        twoFactor: { on: twoFactor, ...(setup && { setup }), ...(codes && { codes }) },
      }),
      ...(oidc && { service: { name: oidc.name, isConnected } }),
      ...(this.auth.options.apiKeys && {
        keys: { list: await this.keys.list(user.id), ...(freshKey && { fresh: freshKey }) },
      }),
    };
    this.pages.send(response, page, status);
  }

  /** The page once more, with what was wrong beside the field. What is no refusal is thrown on. */
  async refuse(
    response: Response,
    me: Identity,
    error: unknown,
    field: string,
    values?: Record<string, string>,
  ): Promise<void> {
    if (!(error instanceof ChatError)) throw error;
    const problems = { [field]: sentence(error.code, error.message) };
    await this.send(response, me, { problems, ...(values && { values }) }, error.status);
  }
}
