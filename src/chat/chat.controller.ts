import { Body, Controller, Get, Param, Post, Query, Redirect, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { ChatError, isRoomName, MessageId, PersonName, PostMessage, type User } from '../protocol/index.js';
import { refusalOf } from '../socket/protocol-validation.js';
import { PageRenderer } from '../web/page.renderer.js';
import { samePage } from '../web/same-page.js';
import { orUnsent } from '../web/unsent.js';
import { setCookies, Visitors } from '../web/visitors.js';
import { MessageService } from './message.service.js';
import { PeopleService } from './people.service.js';
import { RoomPages } from './room.pages.js';

const RoomForm = PostMessage.pick({ text: true, clientId: true });
const NameForm = z.object({ name: PersonName, back: z.string().max(400).default('/chat/') });
const PageQuery = z.object({
  before: z.coerce.number().int().positive().optional().catch(undefined),
  edit: MessageId.optional().catch(undefined),
});

/** The pages. Each works without JavaScript: it can be read, and its forms post. */
@Controller()
export class ChatController {
  constructor(
    private readonly visitors: Visitors,
    private readonly data: RoomPages,
    private readonly pages: PageRenderer,
    private readonly messages: MessageService,
    private readonly people: PeopleService,
  ) {}

  @Get()
  @Redirect('/chat/', 302)
  root(): void {}

  /** The lobby; its form asks for a room by name, and is sent on to it. */
  @Get('chat')
  async lobby(
    @Req() request: Request,
    @Res() response: Response,
    @Query('room') wish?: unknown,
  ): Promise<void> {
    const me = await this.visitors.ofPage(request, response);
    const name = typeof wish === 'string' ? wish.trim().normalize('NFC') : '';
    if (name && isRoomName(name)) return response.redirect(303, roomPath(name));
    const error = name ? 'A room name is 1–64 letters, digits, "_" or "-".' : undefined;
    this.pages.send(response, await this.data.lobby(me, error), error ? 400 : 200);
  }

  @Get('chat/:room')
  async room(
    @Req() request: Request,
    @Res() response: Response,
    @Param('room') room: string,
    @Query({ schema: PageQuery }) query: z.infer<typeof PageQuery>,
  ): Promise<void> {
    if (!isRoomName(room))
      throw new ChatError('bad_room', 'A room name is 1–64 letters, digits, "_" or "-".');
    const me = await this.visitors.ofPage(request, response);
    this.pages.send(response, await this.data.room(me, room, query));
  }

  @Post('chat/~me')
  async rename(@Req() request: Request, @Res() response: Response, @Body() body: unknown): Promise<void> {
    const form = NameForm.safeParse(body);
    if (!form.success) throw refusalOf(form.error.issues);
    const visitor = await this.visitors.credentialsOfPage(request, response);
    setCookies(response, await this.people.rename(visitor, form.data.name));
    response.redirect(303, samePage(form.data.back));
  }

  @Post('chat/:room')
  async send(
    @Req() request: Request,
    @Res() response: Response,
    @Param('room') room: string,
    @Body() body: unknown,
  ): Promise<void> {
    if (!isRoomName(room))
      throw new ChatError('bad_room', 'A room name is 1–64 letters, digits, "_" or "-".');
    try {
      const me = await this.visitors.ofPage(request, response);
      const refusal = await this.say(me, room, body);
      if (refusal) return await this.again(response, me, room, body, refusal);
    } catch (error) {
      throw orUnsent(error, { ...(body as object | undefined), action: roomPath(room) });
    }
    response.redirect(303, roomPath(room));
  }

  /** Resolves with why it was refused, where it was. */
  private async say(me: User, room: string, body: unknown): Promise<ChatError | null> {
    try {
      const form = RoomForm.safeParse(body);
      if (!form.success) throw refusalOf(form.error.issues);
      // Forms send CRLF, which nobody typed.
      const text = form.data.text.replaceAll('\r\n', '\n');
      await this.messages.send(me, room, { ...form.data, text });
      return null;
    } catch (error) {
      if (error instanceof ChatError) return error;
      throw error;
    }
  }

  /** The page once more, with what was wrong and the text that would be lost. */
  private async again(
    response: Response,
    me: User,
    room: string,
    body: unknown,
    error: ChatError,
  ): Promise<void> {
    const page = await this.data.room(me, room);
    const { text, clientId } = (body ?? {}) as { text?: unknown; clientId?: unknown };
    const draft = typeof text === 'string' ? text : undefined;
    // It may be stored already: sent again, it has to be known again.
    const same = error.code === 'unavailable' && typeof clientId === 'string' ? { clientId } : {};
    if (error.retryAfterMs !== undefined)
      response.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)));
    this.pages.send(response, { ...page, ...same, error: error.message, draft }, error.status);
  }
}

function roomPath(name: string): string {
  return `/chat/${encodeURIComponent(name)}/`;
}
