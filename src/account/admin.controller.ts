import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.js';
import type { AuditKind } from '../audit/audit-kinds.js';
import type { Identity } from '../auth/auth-provider.js';
import { type AdminPageData, ChatError } from '../protocol/index.js';
import { OriginPolicy } from '../socket/origin.policy.js';
import { PageRenderer } from '../web/page.renderer.js';
import { requireOwnForm, textOf } from './account.visitors.js';
import { Administrators } from './administrators.js';
import { PeopleAdmin } from './people.admin.js';

const LAST_PAGE = 10_000;

const DONE: Record<string, string> = {
  disable: 'The account is disabled, and its pages are closed.',
  enable: 'The account works again.',
  ban: 'The person is banned, and their pages are closed.',
  unban: 'The ban is lifted.',
  promote: 'There is another administrator.',
  demote: 'There is an administrator less.',
  'second-factor-off': 'The second factor is off, and the person signed out.',
};

/** What the audit log calls each action. */
const EVENTS = {
  disable: 'account_disabled',
  enable: 'account_enabled',
  ban: 'banned',
  unban: 'unbanned',
  promote: 'administrator_made',
  demote: 'administrator_unmade',
  'second-factor-off': 'second_factor_off',
} as const satisfies Record<string, AuditKind>;

function isAction(action: string): action is keyof typeof EVENTS {
  return Object.hasOwn(EVENTS, action);
}

/** People, for administrators. To everybody else there is nothing here. */
@Controller('chat/~admin')
export class AdminController {
  constructor(
    private readonly administrators: Administrators,
    private readonly people: PeopleAdmin,
    private readonly pages: PageRenderer,
    private readonly origin: OriginPolicy,
    private readonly audit: Audit,
  ) {}

  @Get()
  async show(@Req() request: Request, @Res() response: Response, @Query() query: unknown): Promise<void> {
    const me = await this.administrators.require(request, response);
    const done = DONE[textOf(query, 'done')];
    this.pages.send(response, { ...(await this.page(me, query)), ...(done && { done }) });
  }

  @Post()
  async act(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    requireOwnForm(request);
    const me = await this.administrators.require(request, response);
    const action = textOf(body, 'action');
    try {
      if (action === 'reset') return await this.sendLink(request, response, me, body);
      if (!isAction(action)) throw new ChatError('bad_schema', 'There is no such action.');
      const detail = await this.carryOut(me.user.id, action, body);
      const facts = { actor: me.user.id, person: textOf(body, 'user'), address: request.ip };
      await this.audit.note(EVENTS[action], { ...facts, ...(detail && { detail }) });
    } catch (error) {
      if (!(error instanceof ChatError) || error.status >= 500) throw error;
      // Who is no administrator any more is shown nothing.
      await this.people.require(me.user.id);
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

  /** Resolves with what the audit log is to say besides. */
  private async carryOut(
    admin: string,
    action: keyof typeof EVENTS,
    body: unknown,
  ): Promise<{ days: number } | void> {
    const user = textOf(body, 'user');
    if (action === 'disable') return this.people.disable(admin, user);
    if (action === 'enable') return this.people.enable(admin, user);
    if (action === 'unban') return this.people.unban(admin, user);
    if (action === 'promote') return this.people.setAdmin(admin, user, true);
    if (action === 'demote') return this.people.setAdmin(admin, user, false);
    if (action === 'second-factor-off') return this.people.dropSecondFactor(admin, user);
    const days = Number(textOf(body, 'days'));
    if (!Number.isInteger(days) || days < 0 || days > 3_650)
      throw new ChatError('bad_schema', 'A ban lasts for some days, or for good.');
    await this.people.ban(admin, user, { reason: textOf(body, 'reason'), days: days || undefined });
    if (days) return { days };
  }

  /** Shown in the answer to whoever asked, and kept nowhere. */
  private async sendLink(request: Request, response: Response, me: Identity, body: unknown): Promise<void> {
    const user = textOf(body, 'user');
    const token = await this.people.resetLink(user);
    const facts = { actor: me.user.id, person: user, address: request.ip };
    await this.audit.note('reset_link_made', facts);
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
}

function viewOf(from: unknown): { search: string; page: number; guests: boolean } {
  const page = Number(textOf(from, 'page') || 0);
  return {
    search: textOf(from, 'q').slice(0, 64),
    page: Number.isInteger(page) && page >= 0 && page <= LAST_PAGE ? page : 0,
    guests: textOf(from, 'guests') === 'on',
  };
}
