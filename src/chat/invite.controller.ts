import { Controller, Get, Header, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { requireOwnForm } from '../account/account.visitors.js';
import { AuthProvider } from '../auth/auth-provider.js';
import { ChatError, type User } from '../protocol/index.js';
import { PageRenderer } from '../web/page.renderer.js';
import { Visitors } from '../web/visitors.js';
import { InvitesService } from './invites.service.js';
import { sentence } from './room-settings.page.js';

/** Where the link of an invitation leads. Opening it changes nothing: programs open links, too. */
@Controller('chat/~invite/:token')
export class InviteController {
  constructor(
    private readonly visitors: Visitors,
    private readonly invites: InvitesService,
    private readonly pages: PageRenderer,
    private readonly auth: AuthProvider,
  ) {}

  /** The token is in the address: it must not travel on to other sites. */
  @Get()
  @Header('Referrer-Policy', 'no-referrer')
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Param('token') token: string,
  ): Promise<void> {
    await this.send(response, await this.visitors.ofPage(request, response), token);
  }

  @Post()
  async accept(
    @Req() request: Request,
    @Res() response: Response,
    @Param('token') token: string,
  ): Promise<void> {
    requireOwnForm(request);
    const me = await this.visitors.ofPage(request, response);
    try {
      const { room } = await this.invites.accept(me, token);
      response.redirect(303, `/chat/${encodeURIComponent(room)}/`);
    } catch (error) {
      if (!(error instanceof ChatError) || error.code === 'not_found') throw error;
      await this.send(response, me, token, error);
    }
  }

  private async send(response: Response, me: User, token: string, error?: ChatError): Promise<void> {
    const { title, by } = await this.invites.look(me, token);
    const problems = error && { form: sentence(error.message) };
    this.pages.send(
      response,
      {
        view: 'invite',
        me,
        accounts: this.auth.hasAccounts,
        token,
        title,
        by,
        ...(problems && { problems }),
      },
      error?.status ?? 200,
    );
  }
}
