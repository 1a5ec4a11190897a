import { Body, Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { requireOwnForm, textOf } from '../account/account.visitors.js';
import { AuthProvider } from '../auth/auth-provider.js';
import { Env } from '../config/env.js';
import { ChatError, CreateRoom, type User } from '../protocol/index.js';
import { refusalOf } from '../socket/protocol-validation.js';
import { PageRenderer } from '../web/page.renderer.js';
import { Visitors } from '../web/visitors.js';
import { PeopleFinder } from './people.finder.js';
import { RoomCreationService } from './room-creation.service.js';
import { sentence } from './room-settings.page.js';

type Wish = { kind: 'direct' | 'private' | 'public'; values: Record<string, string> };

/** Making rooms and opening conversations, as forms. */
@Controller('chat')
export class NewRoomController {
  constructor(
    private readonly visitors: Visitors,
    private readonly rooms: RoomCreationService,
    private readonly people: PeopleFinder,
    private readonly pages: PageRenderer,
    private readonly auth: AuthProvider,
    @Inject(Env) private readonly env: Env,
  ) {}

  @Get('~new')
  async form(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.show(response, await this.visitors.ofPage(request, response));
  }

  @Post('~new')
  async create(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    requireOwnForm(request);
    const me = await this.visitors.ofPage(request, response);
    const wish = wishOf(body);
    try {
      await this.open(response, me, await this.wanted(wish));
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.show(response, me, error, wish);
    }
  }

  @Get('~person/:id')
  async person(@Req() request: Request, @Res() response: Response, @Param('id') id: string): Promise<void> {
    await this.showPerson(response, await this.visitors.ofPage(request, response), id);
  }

  /** Their conversation with the visitor, begun where there is none. */
  @Post('~person/:id')
  async write(@Req() request: Request, @Res() response: Response, @Param('id') id: string): Promise<void> {
    requireOwnForm(request);
    const me = await this.visitors.ofPage(request, response);
    try {
      await this.open(response, me, { kind: 'direct', with: [id] });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      await this.showPerson(response, me, id, error);
    }
  }

  private async open(response: Response, me: User, wish: unknown): Promise<void> {
    const parsed = CreateRoom.safeParse(wish);
    if (!parsed.success) throw refusalOf(parsed.error.issues);
    const { detail } = await this.rooms.create(me, parsed.data);
    response.redirect(303, `/chat/${encodeURIComponent(detail.room)}/`);
  }

  private async wanted({ kind, values }: Wish): Promise<unknown> {
    const { title = '', topic = '', name = '', publicTopic = '', names = '' } = values;
    if (kind === 'private') return { kind, title, topic };
    if (kind === 'public') return { kind, name: toRoomName(name), topic: publicTopic };
    const wanted = [...new Set(names.split(/[,;\n]/).map((each) => each.trim()))].filter(Boolean);
    if (wanted.length > 19) throw new ChatError('bad_schema', 'a conversation has 20 people at the most');
    const people: User[] = [];
    for (const each of wanted) people.push(await this.people.named(each));
    if (people.length === 0) throw new ChatError('bad_schema', 'say with whom');
    return { kind, with: people.map(({ id }) => id) };
  }

  private show(response: Response, me: User, error?: ChatError, wish?: Wish): void {
    const field = wish ? { direct: 'names', private: 'title', public: 'name' }[wish.kind] : 'form';
    this.pages.send(
      response,
      {
        view: 'new-room',
        me,
        accounts: this.auth.hasAccounts,
        open: this.env.ROOMS !== 'closed',
        ...(wish && { values: wish.values }),
        ...(error && { problems: { [field]: sentence(error.message) } }),
      },
      error?.status ?? 200,
    );
  }

  private async showPerson(response: Response, me: User, id: string, error?: ChatError): Promise<void> {
    const person = await this.people.byId(id);
    const problems = error && { form: sentence(error.message) };
    this.pages.send(
      response,
      { view: 'person', me, accounts: this.auth.hasAccounts, person, ...(problems && { problems }) },
      error?.status ?? 200,
    );
  }
}

function wishOf(body: unknown): Wish {
  const kind = textOf(body, 'kind');
  const fields = ['title', 'topic', 'name', 'publicTopic', 'names'];
  const values = Object.fromEntries(fields.map((field) => [field, textOf(body, field).trim()]));
  return { kind: kind === 'private' || kind === 'public' ? kind : 'direct', values };
}

/** What was meant: spaces become hyphens, `#` in front goes. */
function toRoomName(typed: string): string {
  return typed.normalize('NFC').trim().replace(/^#+/u, '').replace(/\s+/gu, '-');
}
