import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CONNECTED } from '../auth/auth.audit.js';
import { AuthGate, passCookies } from '../auth/auth.gate.js';
import { Auth } from '../auth/better-auth.js';
import { OIDC } from '../auth/providers.js';
import { ChatError } from '../protocol/index.js';
import { PageRenderer } from '../web/page.renderer.js';
import { samePage } from '../web/same-page.js';
import { AccountPage } from './account.page.js';
import { AccountVisitors, outcomeOf, requireOwnForm, sentence, textOf } from './account.visitors.js';
import { ProfileService } from './profile.service.js';

/** Another service that signs people in: by it, and connected to an account that is there already. */
@Controller('chat')
export class ServiceController {
  constructor(
    private readonly auth: Auth,
    private readonly gate: AuthGate,
    private readonly visitors: AccountVisitors,
    private readonly page: AccountPage,
    private readonly profiles: ProfileService,
    private readonly pages: PageRenderer,
  ) {}

  @Post('~service')
  async signIn(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    requireOwnForm(request);
    const { name } = this.service();
    const next = samePage(textOf(body, 'next'));
    const url = await this.addressOf(request, response, '/sign-in/social', {
      callbackURL: next,
      errorCallbackURL: '/chat/~sign-in/',
    });
    if (url) return this.pages.send(response, { view: 'leave', url, service: name });
    const problems = { form: outOfReach(name) };
    this.pages.send(response, { view: 'sign-in', next, service: name, problems }, 503);
  }

  @Post('~account/service')
  async connect(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    requireOwnForm(request);
    const { name } = this.service();
    const me = await this.visitors.require(request, response);
    if (!me) return;
    const facts = { actor: me.user.id, address: request.ip };
    if (textOf(body, 'step') === 'disconnect') {
      if (await this.auth.revocation.disconnect(me.user.id))
        await this.auth.audit.note('service_disconnected', facts);
      return response.redirect(303, '/chat/~account/?done=disconnected#top');
    }
    const { username, hasPassword, isConnected } = await this.profiles.of(me.user.id, me.sessionId);
    if (isConnected || !hasPassword || !username) return response.redirect(303, '/chat/~account/');
    try {
      // Another way in outlasts the session that it is made by: whoever found that open must not make one.
      const password = textOf(body, 'servicePassword').slice(0, 4_096);
      const [address, device] = [request.ip ?? '', undefined];
      await this.auth.accounts.verify({ name: username, password, address, device });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      const isWrong = error.code === 'unauthenticated';
      if (isWrong) await this.auth.audit.note('password_not_confirmed', facts);
      const problem = isWrong ? 'This is not your password.' : sentence(error.code, error.message);
      const problems = { servicePassword: problem };
      return this.page.send(response, me, { problems }, isWrong ? 400 : error.status);
    }
    const url = await this.addressOf(request, response, '/link-social', {
      callbackURL: CONNECTED,
      errorCallbackURL: '/chat/~account/',
    });
    if (url) return this.pages.send(response, { view: 'leave', url, service: name });
    await this.page.send(response, me, { problems: { form: outOfReach(name) } }, 503);
  }

  /** Where the browser goes from here; `null` where the service does not answer. */
  private async addressOf(
    request: Request,
    response: Response,
    path: string,
    back: { callbackURL: string; errorCallbackURL: string },
  ): Promise<string | null> {
    const body = { provider: OIDC, ...back, disableRedirect: true };
    const answer = await this.gate.call(request, path, { body });
    const outcome = await outcomeOf(answer);
    const url = 'body' in outcome ? outcome.body['url'] : undefined;
    if (typeof url !== 'string' || !/^https?:\/\//.test(url)) return null;
    passCookies(answer, response);
    return url;
  }

  private service(): { name: string } {
    const { oidc } = this.auth.options;
    if (!oidc) throw new ChatError('not_found', 'nothing here');
    return oidc;
  }
}

function outOfReach(service: string): string {
  return `${service} cannot be reached. Please try again in a moment.`;
}
