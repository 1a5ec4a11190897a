import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Identity } from '../auth/auth-provider.js';
import { type AdminPageData, ChatError } from '../protocol/index.js';
import { OriginPolicy } from '../socket/origin.policy.js';
import { PageRenderer } from '../web/page.renderer.js';
import { AccountVisitors, requireOwnForm, textOf } from './account.visitors.js';
import { PeopleAdmin } from './people.admin.js';

const LAST_PAGE = 10_000;

const DONE: Record<string, string> = {
  disable: 'The account is disabled, and its pages are closed.',
  enable: 'The account works again.',
  ban: 'The person is banned, and their pages are closed.',
  unban: 'The ban is lifted.',
  promote: 'There is another administrator.',
  demote: 'There is an administrator less.',
};

/** People, for administrators. To everybody else there is nothing here. */
@Controller('chat/~admin')
export class AdminController {
  constructor(
    private readonly visitors: AccountVisitors,
    private readonly people: PeopleAdmin,
    private readonly pages: PageRenderer,
    private readonly origin: OriginPolicy,
  ) {}

  @Get()
  async show(@Req() request: Request, @Res() response: Response, @Query() query: unknown): Promise<void> {
    const me = await this.admin(request, response);
    const done = DONE[textOf(query, 'done')];
    this.pages.send(response, { ...(await this.page(me, query)), ...(done && { done }) });
  }

  @Post()
  async act(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    requireOwnForm(request);
    const me = await this.admin(request, response);
    const action = textOf(body, 'action');
    try {
      if (action === 'reset') return await this.sendLink(request, response, me, body);
      await this.carryOut(me.user.id, action, body);
    } catch (error) {
      if (!(error instanceof ChatError) || error.status >= 500) throw error;
      const page = await this.page(me, body);
      return this.pages.send(response, { ...page, problems: { form: error.message } }, error.status);
    }
    const { search, page, guests } = viewOf(body);
    const where = new URLSearchParams({
      q: search,
      page: `${page}`,
      ...(guests && { guests: 'on' }),
      done: action,
    });
    response.redirect(303, `/chat/~admin/?${where.toString()}`);
  }

  private async carryOut(admin: string, action: string, body: unknown): Promise<void> {
    const user = textOf(body, 'user');
    if (action === 'disable') return this.people.disable(admin, user);
    if (action === 'enable') return this.people.enable(admin, user);
    if (action === 'unban') return this.people.unban(admin, user);
    if (action === 'promote') return this.people.setAdmin(admin, user, true);
    if (action === 'demote') return this.people.setAdmin(admin, user, false);
    if (action !== 'ban') throw new ChatError('bad_schema', 'There is no such action.');
    const days = Number(textOf(body, 'days'));
    if (!Number.isInteger(days) || days < 0 || days > 3_650)
      throw new ChatError('bad_schema', 'A ban lasts for some days, or for good.');
    await this.people.ban(admin, user, { reason: textOf(body, 'reason'), days: days || undefined });
  }

  /** Shown in the answer to whoever asked, and kept nowhere. */
  private async sendLink(request: Request, response: Response, me: Identity, body: unknown): Promise<void> {
    const user = textOf(body, 'user');
    const token = await this.people.resetLink(user);
    const page = await this.page(me, body);
    const name = page.people.find((person) => person.user.id === user)?.user.name ?? 'this person';
    const url = `${this.origin.ownOrigin(request)}/chat/~reset/?token=${token}`;
    this.pages.send(response, { ...page, link: { name, url } });
  }

  private async page(me: Identity, from: unknown): Promise<AdminPageData> {
    const { search, page, guests } = viewOf(from);
    return {
      view: 'admin',
      me: me.user,
      search,
      guests,
      page,
      ...(await this.people.list(search, page, guests)),
    };
  }

  private async admin(request: Request, response: Response): Promise<Identity> {
    const me = await this.visitors.find(request, response);
    const isPerson = me !== null && !me.sessionId.startsWith('key:');
    await this.people.require(isPerson ? me.user.id : undefined);
    return me as Identity;
  }
}

function viewOf(from: unknown): { search: string; page: number; guests: boolean } {
  const page = Number(textOf(from, 'page') || 0);
  return {
    search: textOf(from, 'q').slice(0, 64),
    page: Number.isInteger(page) && page >= 0 && page <= LAST_PAGE ? page : 0,
    guests: textOf(from, 'guests') === 'on',
  };
}
