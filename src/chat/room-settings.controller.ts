import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { requireOwnForm, textOf } from '../account/account.visitors.js';
import {
  ChatError,
  CreateInvite,
  isPrivateName,
  type Role,
  UpdateRoom,
  type User,
} from '../protocol/index.js';
import { OriginPolicy } from '../socket/origin.policy.js';
import { refusalOf } from '../socket/protocol-validation.js';
import { Visitors } from '../web/visitors.js';
import { InvitesService } from './invites.service.js';
import { ModerationService } from './moderation.service.js';
import { PeopleFinder } from './people.finder.js';
import { RoomSettingsPage } from './room-settings.page.js';

const HOUR_MS = 3_600_000;

/** What a room is and who is in it, as forms: each answers with the page again, or leads back to it. */
@Controller('chat/:room/~settings')
export class RoomSettingsController {
  constructor(
    private readonly visitors: Visitors,
    private readonly page: RoomSettingsPage,
    private readonly moderation: ModerationService,
    private readonly invites: InvitesService,
    private readonly people: PeopleFinder,
    private readonly origin: OriginPolicy,
  ) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res() response: Response,
    @Param('room') room: string,
    @Query('done') done: unknown,
  ): Promise<void> {
    const me = await this.visitors.ofPage(request, response);
    await this.page.send(response, me, room, typeof done === 'string' ? { done } : {});
  }

  @Post('about')
  async about(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    const values = { title: textOf(body, 'title'), topic: textOf(body, 'topic') };
    await this.work(
      request,
      response,
      async (me, room) => {
        await this.moderation.update(me, room, parsed(values));
        return 'about';
      },
      { values },
    );
  }

  @Post('slow')
  async slow(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    await this.work(request, response, async (me, room) => {
      const slowModeSeconds = Number(textOf(body, 'seconds') || Number.NaN);
      await this.moderation.update(me, room, parsed({ slowModeSeconds }));
      return 'slow';
    });
  }

  @Post('archive')
  async archive(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    await this.work(request, response, async (me, room) => {
      const archived = textOf(body, 'archived') === 'on';
      await this.moderation.update(me, room, { archived });
      return archived ? 'archived' : 'opened';
    });
  }

  @Post('membership')
  async membership(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    await this.work(request, response, async (me, room) => {
      if (textOf(body, 'do') !== 'leave') {
        await this.moderation.set(me, room, 'me');
        return 'joined';
      }
      await this.moderation.remove(me, room, 'me');
      // A private room is not there any more for who has left it.
      return isPrivateName(room) ? null : 'left';
    });
  }

  @Post('members')
  async add(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    const values = { name: textOf(body, 'name') };
    await this.work(
      request,
      response,
      async (me, room) => {
        const { id } = await this.people.named(values.name);
        await this.moderation.set(me, room, id);
        return 'added';
      },
      { field: 'name', values },
    );
  }

  @Post('members/:user')
  async member(
    @Req() request: Request,
    @Res() response: Response,
    @Param('user') who: string,
    @Body() body: unknown,
  ): Promise<void> {
    await this.work(request, response, (me, room) => this.doTo(me, room, who, textOf(body, 'do')));
  }

  @Post('bans/:user')
  async unban(@Req() request: Request, @Res() response: Response, @Param('user') who: string): Promise<void> {
    await this.work(request, response, async (me, room) => {
      await this.moderation.unban(me, room, who);
      return 'unbanned';
    });
  }

  @Post('invites')
  async invite(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    const values = { uses: textOf(body, 'uses').trim() };
    await this.work(
      request,
      response,
      async (me, room) => {
        const wish = CreateInvite.safeParse({
          expiresInSeconds: Number(textOf(body, 'expiresInSeconds')),
          ...(values.uses !== '' && { uses: Number(values.uses) }),
        });
        if (!wish.success) throw new ChatError('bad_schema', 'a number from 1 to 10000, or nothing');
        const { token } = await this.invites.create(me, room, wish.data);
        const link = `${this.origin.ownOrigin(request)}/chat/~invite/${token ?? ''}/`;
        await this.page.send(response, me, room, { link });
        return undefined;
      },
      { field: 'uses', values },
    );
  }

  @Post('invites/:id')
  async revoke(@Req() request: Request, @Res() response: Response, @Param('id') id: string): Promise<void> {
    await this.work(request, response, async (me, room) => {
      await this.invites.delete(me, room, id);
      return 'revoked';
    });
  }

  private async doTo(me: User, room: string, who: string, button: string): Promise<string> {
    const deed = Object.hasOwn(deeds, button) ? deeds[button] : undefined;
    if (!deed) throw new ChatError('bad_schema', 'this form has no such button');
    await deed.act(this.moderation, me, room, who);
    return deed.done;
  }

  /**
   * `act` says what was done: the page says so when it is back. `null`: there is nothing to come back to; `undefined`:
   * it has answered.
   */
  private async work(
    request: Request,
    response: Response,
    act: (me: User, room: string) => Promise<string | null | undefined>,
    onRefusal?: { field?: string; values?: Record<string, string> },
  ): Promise<void> {
    requireOwnForm(request);
    const room = String(request.params.room);
    const me = await this.visitors.ofPage(request, response);
    try {
      const done = await act(me, room);
      if (done === undefined) return;
      if (done === null) return response.redirect(303, '/chat/');
      response.redirect(303, `/chat/${encodeURIComponent(room)}/~settings/?done=${done}`);
    } catch (error) {
      await this.page.refuse(response, me, room, error, onRefusal);
    }
  }
}

interface Deed {
  /** What the page says afterwards. */
  done: string;
  act(moderation: ModerationService, me: User, room: string, who: string): Promise<unknown>;
}

const role = (name: Role): Deed => ({
  done: 'role',
  act: (moderation, me, room, who) => moderation.set(me, room, who, name),
});
const mute = (hours: number): Deed => ({
  done: 'muted',
  act: (moderation, me, room, who) =>
    moderation.mute(me, room, who, new Date(Date.now() + hours * HOUR_MS).toISOString()),
});

/** The buttons beside a member. */
const deeds: Record<string, Deed> = {
  owner: role('owner'),
  moderator: role('moderator'),
  member: role('member'),
  'mute-hour': mute(1),
  'mute-day': mute(24),
  unmute: { done: 'unmuted', act: (moderation, me, room, who) => moderation.unmute(me, room, who) },
  remove: { done: 'removed', act: (moderation, me, room, who) => moderation.remove(me, room, who) },
  ban: { done: 'banned', act: (moderation, me, room, who) => moderation.ban(me, room, who, {}) },
};

function parsed(wish: object): UpdateRoom {
  const result = UpdateRoom.safeParse(wish);
  if (!result.success) throw refusalOf(result.error.issues);
  return result.data;
}
