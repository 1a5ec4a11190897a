import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuthGate, passCookies } from '../auth/auth.gate.js';
import { Auth } from '../auth/better-auth.js';
import { ChatError } from '../protocol/index.js';
import { PageRenderer } from '../web/page.renderer.js';
import { samePage } from '../web/same-page.js';
import {
  AccountVisitors,
  leaveNothing,
  outcomeOf,
  passRetryAfter,
  requireOwnForm,
  textOf,
} from './account.visitors.js';
import { PasswordReset } from './password-reset.js';

/** The ways in and out, as forms. */
@Controller('chat')
export class SignInController {
  constructor(
    private readonly auth: Auth,
    private readonly gate: AuthGate,
    private readonly visitors: AccountVisitors,
    private readonly pages: PageRenderer,
    private readonly resets: PasswordReset,
  ) {}

  @Get('~sign-in')
  async signInPage(
    @Req() request: Request,
    @Res() response: Response,
    @Query('next') to: unknown,
    @Query('error') error: unknown,
  ) {
    const known = await this.visitors.find(request, response);
    const next = samePage(to);
    if (known && !known.user.guest) return response.redirect(303, next);
    const { oidc } = this.auth.options;
    const problems = { form: `Signing in by ${oidc?.name} did not work. Please try again.` };
    const state = oidc && error !== undefined ? { problems } : {};
    this.pages.send(response, { view: 'sign-in', next, ...this.service(), ...state });
  }

  @Post('~sign-in')
  async signIn(@Req() request: Request, @Res() response: Response, @Body() body: unknown) {
    requireOwnForm(request);
    await this.visitors.find(request, response);
    const [username, next] = [textOf(body, 'username'), samePage(textOf(body, 'next'))];
    const answer = await this.gate.call(request, '/sign-in/username', {
      body: { username: username.slice(0, 200), password: textOf(body, 'password').slice(0, 4_096) },
    });
    const outcome = await outcomeOf(answer);
    if ('body' in outcome) {
      passCookies(answer, response);
      const code = outcome.body['twoFactorRedirect'] === true;
      return response.redirect(303, code ? `/chat/~code/?next=${encodeURIComponent(next)}` : next);
    }
    passRetryAfter(answer, response);
    const state = { values: { username }, problems: { form: outcome.message } };
    this.pages.send(response, { view: 'sign-in', next, ...this.service(), ...state }, outcome.status);
  }

  @Get('~code')
  async codePage(@Req() request: Request, @Res() response: Response, @Query('next') to: unknown) {
    await this.visitors.find(request, response);
    this.pages.send(response, { view: 'code', next: samePage(to) });
  }

  @Post('~code')
  async code(@Req() request: Request, @Res() response: Response, @Body() body: unknown) {
    requireOwnForm(request);
    await this.visitors.find(request, response);
    const code = textOf(body, 'code').trim();
    const next = samePage(textOf(body, 'next'));
    const isApp = /^\d{3}\s?\d{3}$/.test(code);
    const answer = await this.gate.call(request, `/two-factor/verify-${isApp ? 'totp' : 'backup-code'}`, {
      body: { code: isApp ? code.replace(/\s/, '') : code.slice(0, 64) },
      // Whoever opened a page meanwhile is a guest in it; the code is about somebody else.
      signedIn: false,
    });
    const outcome = await outcomeOf(answer);
    passCookies(answer, response);
    if ('body' in outcome) return response.redirect(303, next);
    this.pages.send(response, { view: 'code', next, problems: { code: outcome.message } }, outcome.status);
  }

  @Get('~register')
  async registerPage(@Req() request: Request, @Res() response: Response, @Query('next') to: unknown) {
    const known = await this.visitors.find(request, response);
    const next = samePage(to);
    if (known && !known.user.guest) return response.redirect(303, next);
    this.pages.send(response, {
      view: 'register',
      next,
      ...(known && { guest: known.user }),
      ...this.service(),
    });
  }

  @Post('~register')
  async register(@Req() request: Request, @Res() response: Response, @Body() body: unknown) {
    requireOwnForm(request);
    const known = await this.visitors.find(request, response);
    const values = {
      username: textOf(body, 'username').slice(0, 200),
      name: textOf(body, 'name').slice(0, 200),
    };
    const next = samePage(textOf(body, 'next'));
    const password = textOf(body, 'password').slice(0, 4_096);
    const answer = await this.gate.call(request, '/sign-up/email', { body: { ...values, password } });
    const outcome = await outcomeOf(answer);
    if ('body' in outcome) {
      passCookies(answer, response);
      return response.redirect(303, next);
    }
    passRetryAfter(answer, response);
    const { status, code, field, message } = outcome;
    const fields: Record<string, string> = { taken: 'username', bad_schema: 'password' };
    const problems = { [field ?? fields[code] ?? 'form']: message };
    const guest = known?.user.guest ? { guest: known.user } : {};
    this.pages.send(
      response,
      { view: 'register', next, ...guest, ...this.service(), values, problems },
      status,
    );
  }

  @Post('~sign-out')
  async signOut(@Req() request: Request, @Res() response: Response) {
    requireOwnForm(request);
    const answer = await this.gate.call(request, '/sign-out', { body: {} });
    if (!answer.ok)
      throw new ChatError('unavailable', 'You are not signed out yet. Please try again.', 1_000);
    passCookies(answer, response);
    leaveNothing(response);
    response.redirect(303, '/chat/~sign-in/');
  }

  @Get('~reset')
  async resetPage(@Req() request: Request, @Res() response: Response, @Query('token') token: unknown) {
    await this.visitors.find(request, response);
    const given = typeof token === 'string' ? token : '';
    const { name } = await this.resets.find(given);
    // Whoever leaves this page by a link takes its address along otherwise.
    response.set('Referrer-Policy', 'no-referrer');
    this.pages.send(response, { view: 'reset', token: given, name });
  }

  @Post('~reset')
  async reset(@Req() request: Request, @Res() response: Response, @Body() body: unknown) {
    requireOwnForm(request);
    const token = textOf(body, 'token');
    const { name } = await this.resets.find(token);
    try {
      const actor = await this.resets.finish(token, textOf(body, 'password'));
      await this.auth.audit.note('reset_link_used', { actor, address: request.ip });
    } catch (error) {
      if (!(error instanceof ChatError) || error.code === 'not_found') throw error;
      const problems = { password: error.message };
      return this.pages.send(response, { view: 'reset', token, name, problems }, error.status);
    }
    response.redirect(303, '/chat/~sign-in/');
  }

  private service(): { service?: string } {
    const { oidc } = this.auth.options;
    return oidc ? { service: oidc.name } : {};
  }
}
