import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.js';
import { AuthGate, passCookies } from '../auth/auth.gate.js';
import type { Identity } from '../auth/auth-provider.js';
import { PeopleService } from '../chat/people.service.js';
import { ChatError, PersonName } from '../protocol/index.js';
import { AccountPage } from './account.page.js';
import {
  AccountVisitors,
  leaveNothing,
  outcomeOf,
  passRetryAfter,
  requireOwnForm,
  textOf,
} from './account.visitors.js';
import { receivePicture } from './picture.upload.js';
import { PicturesService } from './pictures.service.js';
import { ProfileService } from './profile.service.js';

const HOME = '/chat/~account/';

/** One's own account, as forms: each answers with the page again, or leads back to it. */
@Controller('chat/~account')
export class AccountController {
  constructor(
    private readonly visitors: AccountVisitors,
    private readonly page: AccountPage,
    private readonly profiles: ProfileService,
    private readonly pictures: PicturesService,
    private readonly people: PeopleService,
    private readonly gate: AuthGate,
    private readonly audit: Audit,
  ) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Query('done') done: unknown,
    @Query('error') error: unknown,
  ): Promise<void> {
    const me = await this.visitors.require(request, response);
    if (!me) return;
    const extra = error === undefined ? {} : { problems: { form: notConnected(error) } };
    await this.page.send(response, me, { done: typeof done === 'string' ? done : '', ...extra });
  }

  @Post('profile')
  async profile(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    await this.work(request, response, async (me) => {
      const [name, status] = [textOf(body, 'name'), textOf(body, 'status')];
      const values = { name, status };
      const parsed = PersonName.safeParse(name);
      if (!parsed.success)
        return this.page.refuse(
          response,
          me,
          new ChatError('bad_name', parsed.error.issues[0]?.message ?? ''),
          'name',
          values,
        );
      try {
        if (parsed.data !== me.user.name) await this.people.rename(request, parsed.data);
      } catch (error) {
        return this.page.refuse(response, me, error, 'name', values);
      }
      try {
        await this.profiles.setStatus(me.user.id, status);
      } catch (error) {
        return this.page.refuse(response, me, error, 'status', values);
      }
      response.redirect(303, `${HOME}?done=profile`);
    });
  }

  @Post('picture')
  async picture(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.work(request, response, async (me) => {
      try {
        await this.pictures.choose(me.user.id, await receivePicture(request, response));
      } catch (error) {
        return this.page.refuse(response, me, error, 'picture');
      }
      response.redirect(303, `${HOME}?done=picture`);
    });
  }

  @Post('picture/remove')
  async removePicture(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.work(request, response, async (me) => {
      await this.pictures.remove(me.user.id);
      response.redirect(303, `${HOME}?done=picture`);
    });
  }

  @Post('password')
  async password(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    await this.work(request, response, async (me) => {
      const [currentPassword, newPassword] = [textOf(body, 'currentPassword'), textOf(body, 'newPassword')];
      const answer = await this.gate.call(request, '/change-password', {
        body: { currentPassword, newPassword },
      });
      const outcome = await outcomeOf(answer);
      if (!('body' in outcome)) {
        passRetryAfter(answer, response);
        const field = outcome.field ?? 'currentPassword';
        return this.page.send(response, me, { problems: { [field]: outcome.message } }, outcome.status);
      }
      passCookies(answer, response);
      response.redirect(303, `${HOME}?done=password`);
    });
  }

  @Post('sessions')
  async sessions(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    await this.work(request, response, async (me) => {
      const which = textOf(body, 'end');
      if (which !== 'everywhere') {
        if (await this.profiles.endSession(me.user.id, which))
          await this.audit.note('signed_out', { actor: me.user.id, address: request.ip });
        return response.redirect(303, `${HOME}?done=session`);
      }
      const answer = await this.gate.call(request, '/revoke-sessions', { body: {} });
      if (!answer.ok)
        throw new ChatError('unavailable', 'You are not signed out yet. Please try again.', 1_000);
      passCookies(answer, response);
      leaveNothing(response);
      response.redirect(303, '/chat/~sign-in/');
    });
  }

  private async work(
    request: Request,
    response: Response,
    act: (me: Identity) => Promise<void> | void,
  ): Promise<void> {
    requireOwnForm(request);
    const me = await this.visitors.require(request, response);
    if (me) await act(me);
  }
}

/** Why the other service could not be connected, as Better Auth says it in the address. */
function notConnected(error: unknown): string {
  return error === 'account_already_linked_to_different_user'
    ? 'Somebody here is signed in by that account already, so it was not connected.'
    : 'That account was not connected. Please try again.';
}
