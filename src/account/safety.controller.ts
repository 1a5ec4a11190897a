import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuthGate, passCookies } from '../auth/auth.gate.js';
import { Auth } from '../auth/better-auth.js';
import type { Identity } from '../auth/auth-provider.js';
import { ChatError } from '../protocol/index.js';
import { type AccountExtra, AccountPage } from './account.page.js';
import { AccountVisitors, outcomeOf, passRetryAfter, requireOwnForm, textOf } from './account.visitors.js';
import { ApiKeys } from './api-keys.js';

const HOME = '/chat/~account/';

/** The second factor and the keys of one's bots, as forms. Secrets are shown in the answer that makes them, once. */
@Controller('chat/~account')
export class SafetyController {
  constructor(
    private readonly auth: Auth,
    private readonly gate: AuthGate,
    private readonly visitors: AccountVisitors,
    private readonly page: AccountPage,
    private readonly keys: ApiKeys,
  ) {}

  @Post('two-factor')
  async twoFactor(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    const me = await this.enter(request, response, this.auth.options.twoFactor);
    if (!me) return;
    const step = textOf(body, 'step');
    const password = textOf(body, 'confirmPassword').slice(0, 4_096);
    if (step === 'begin') return this.begin(request, response, me, password);
    if (step === 'confirm') return this.confirm(request, response, me, textOf(body, 'code'));
    if (step !== 'off' && step !== 'codes') throw new ChatError('bad_schema', 'There is no such step.');
    const path = step === 'off' ? '/two-factor/disable' : '/two-factor/generate-backup-codes';
    const made = await this.ask(request, response, me, path, { password }, 'confirmPassword');
    if (!made) return;
    if (step === 'off') return response.redirect(303, `${HOME}?done=two-factor-off#top`);
    await this.page.send(response, me, { codes: made['backupCodes'] as string[] });
  }

  @Post('keys')
  async apiKeys(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    const me = await this.enter(request, response, this.auth.options.apiKeys);
    if (!me) return;
    const revoke = textOf(body, 'revoke');
    if (revoke) {
      const facts = { actor: me.user.id, address: request.ip, detail: { key: revoke } };
      if (await this.keys.revoke(me.user.id, revoke)) await this.auth.audit.note('api_key_revoked', facts);
      return response.redirect(303, `${HOME}?done=key#top`);
    }
    const name = textOf(body, 'keyName').trim();
    if (name === '' || name.length > 32) {
      const problems = { keyName: 'A name has 1–32 characters.' };
      return this.page.send(response, me, { problems }, 400);
    }
    const made = await this.ask(request, response, me, '/api-key/create', { name }, 'keyName');
    if (made) await this.page.send(response, me, { freshKey: String(made['key']) });
  }

  private async begin(request: Request, response: Response, me: Identity, password: string): Promise<void> {
    const made = await this.ask(request, response, me, '/two-factor/enable', { password }, 'confirmPassword');
    if (!made) return;
    const given = new URL(String(made['totpURI']));
    const secret = given.searchParams.get('secret') ?? '';
    await this.page.send(response, me, {
      // Better Auth would name the person by an address that nobody knows.
      setup: { uri: totpUri(secret, me.user.name), secret, codes: made['backupCodes'] as string[] },
    });
  }

  private async confirm(request: Request, response: Response, me: Identity, code: string): Promise<void> {
    const digits = code.replace(/\s/g, '').slice(0, 12);
    const path = '/two-factor/verify-totp';
    const problem = 'This code is wrong, or a moment too old. Please begin again.';
    const done = await this.ask(request, response, me, path, { code: digits }, 'confirmPassword', problem);
    if (done) response.redirect(303, `${HOME}?done=two-factor#top`);
  }

  /** The answer of a route, or `null` after the page was sent with what it refused. */
  private async ask(
    request: Request,
    response: Response,
    me: Identity,
    path: string,
    body: object,
    field: string,
    problem?: string,
  ): Promise<Record<string, unknown> | null> {
    const answer = await this.gate.call(request, path, { body });
    const outcome = await outcomeOf(answer);
    if ('body' in outcome) {
      passCookies(answer, response);
      return outcome.body;
    }
    const extra: AccountExtra = { problems: { [field]: problem ?? outcome.message } };
    passRetryAfter(answer, response);
    await this.page.send(response, me, extra, outcome.status);
    return null;
  }

  private async enter(
    request: Request,
    response: Response,
    isOn: boolean | undefined,
  ): Promise<Identity | null> {
    requireOwnForm(request);
    if (!isOn) throw new ChatError('not_found', 'nothing here');
    return this.visitors.require(request, response);
  }
}

function totpUri(secret: string, name: string): string {
  const label = `Chat:${encodeURIComponent(name)}`;
  return `otpauth://totp/${label}?secret=${encodeURIComponent(secret)}&issuer=Chat`;
}
