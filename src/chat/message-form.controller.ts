import { Body, Controller, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { ChatError, MessageId, MessageText } from '../protocol/index.js';
import { refusalOf } from '../socket/protocol-validation.js';
import { PageRenderer } from '../web/page.renderer.js';
import { Visitors } from '../web/visitors.js';
import { MessageChangesService } from './message-changes.service.js';
import { RoomPages } from './room.pages.js';

const ChangeForm = z.union([
  z.object({ do: z.literal('delete') }),
  z.strictObject({ text: MessageText, do: z.undefined().optional() }),
]);

/** The form that changes an own message on a page without a script. */
@Controller()
export class MessageFormController {
  constructor(
    private readonly visitors: Visitors,
    private readonly data: RoomPages,
    private readonly pages: PageRenderer,
    private readonly changes: MessageChangesService,
  ) {}

  @Post('chat/:room/messages/:id')
  async change(
    @Req() request: Request,
    @Res() response: Response,
    @Param('room') room: string,
    @Param('id', { schema: MessageId }) id: string,
    @Body() body: unknown,
  ): Promise<void> {
    const me = await this.visitors.ofPage(request, response);
    try {
      const form = ChangeForm.safeParse(body);
      if (!form.success) throw refusalOf(form.error.issues);
      if (form.data.do === 'delete') await this.changes.delete(me, room, id);
      // Forms send CRLF, which nobody typed.
      else await this.changes.edit(me, room, id, form.data.text.replaceAll('\r\n', '\n'));
    } catch (error) {
      if (!(error instanceof ChatError) || error.status === 404) throw error;
      const page = await this.data.room(me, room, { edit: id });
      const { text } = (body ?? {}) as { text?: unknown };
      const editing = page.editing && typeof text === 'string' ? { editing: { id, text } } : {};
      return this.pages.send(response, { ...page, ...editing, error: error.message }, error.status);
    }
    response.redirect(303, `/chat/${encodeURIComponent(room)}/`);
  }
}
