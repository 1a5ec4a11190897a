import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { ChatError, type RoomSettingsPageData, type User } from '../protocol/index.js';
import { PageRenderer } from '../web/page.renderer.js';
import { InvitesService } from './invites.service.js';
import { RoomCreationService } from './room-creation.service.js';
import { roomTitle } from './room-title.js';

const DONE: Record<string, string> = {
  about: 'Saved.',
  slow: 'Saved.',
  archived: 'The room is archived.',
  opened: 'The room is open again.',
  joined: 'You are a member now.',
  left: 'You have left this room.',
  added: 'Added.',
  role: 'Their role is changed.',
  muted: 'They cannot write for now.',
  unmuted: 'They can write again.',
  removed: 'They are out of this room.',
  banned: 'They are out of this room, and stay out.',
  unbanned: 'The ban is lifted.',
  revoked: 'The link opens nothing any more.',
};

export interface SettingsExtra {
  problems?: Record<string, string>;
  values?: Record<string, string>;
  link?: string;
  done?: string;
}

/** The page about a room, as it is now, with what a form has to say. */
@Injectable()
export class RoomSettingsPage {
  constructor(
    private readonly rooms: RoomCreationService,
    private readonly invites: InvitesService,
    private readonly pages: PageRenderer,
  ) {}

  /** Throws `not_found` and `forbidden` as the room itself does. */
  async send(
    response: Response,
    me: User,
    name: string,
    { done, ...extra }: SettingsExtra = {},
    status = 200,
  ): Promise<void> {
    const room = await this.rooms.detail(me, name);
    const may = new Set(room.me.may);
    const [members, bans, invites] = await Promise.all([
      may.has('members') ? this.rooms.list(me, name) : { members: [] },
      may.has('ban') ? this.rooms.bans(me, name) : {},
      may.has('invite') ? this.invites.list(me, name) : {},
    ]);
    const words = DONE[done ?? ''];
    const data: RoomSettingsPageData = {
      view: 'room-settings',
      me,
      room,
      title: roomTitle(room),
      ...members,
      ...bans,
      ...invites,
      ...extra,
      ...(words && { done: words }),
    };
    this.pages.send(response, data, status);
  }

  /** The page once more, with what was wrong beside the field. What is no refusal is thrown on. */
  async refuse(
    response: Response,
    me: User,
    name: string,
    error: unknown,
    { field = 'form', values }: { field?: string; values?: Record<string, string> } = {},
  ): Promise<void> {
    if (!(error instanceof ChatError)) throw error;
    if (error.retryAfterMs !== undefined)
      response.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)));
    const problems = { [field]: sentence(error.message) };
    await this.send(response, me, name, { problems, ...(values && { values }) }, error.status);
  }
}

export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
