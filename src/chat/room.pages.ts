import { Inject, Injectable } from '@nestjs/common';
import { AuthProvider } from '../auth/auth-provider.js';
import { Env } from '../config/env.js';
import { type LobbyPageData, PAGE_SIZE, type RoomPageData, type User } from '../protocol/index.js';
import { PresenceService } from './presence.service.js';
import { roomTitle } from './room-title.js';
import { RoomService } from './room.service.js';

/** What the pages are rendered from. */
@Injectable()
export class RoomPages {
  constructor(
    private readonly rooms: RoomService,
    private readonly presence: PresenceService,
    private readonly auth: AuthProvider,
    @Inject(Env) private readonly env: Env,
  ) {}

  async lobby(me: User, error?: string): Promise<LobbyPageData> {
    return {
      view: 'lobby',
      me,
      rooms: await this.rooms.list(me),
      accounts: this.auth.hasAccounts,
      ...(error && { error }),
    };
  }

  /**
   * Enters the room, so creates it where that is allowed. `before` pages back, `edit` is an own message to be changed,
   * both for those without JavaScript.
   */
  async room(me: User, name: string, show: { before?: number; edit?: string } = {}): Promise<RoomPageData> {
    const { before, edit } = show;
    const entered = await this.rooms.enter(me, name);
    const history = await this.rooms.page(entered.room, { before, limit: PAGE_SIZE });
    // Read behind the history's head: what happens later comes as an event, and none of them adds where it is applied twice.
    const { room, place } = await this.rooms.enter(me, name);
    const people = await this.rooms.peopleOf(room, me);
    const editing = edit === undefined ? null : await this.rooms.own(me, room, edit);
    return {
      view: 'room',
      me,
      title: roomTitle({ room: room.name, title: room.title, people }),
      kind: room.kind,
      ...(people && { people }),
      topic: room.topic,
      ...(room.archived && { archived: true }),
      ...(room.slowModeSeconds > 0 && { slowModeSeconds: room.slowModeSeconds }),
      ...(place.mutedUntil > Date.now() && { mutedUntil: new Date(place.mutedUntil).toISOString() }),
      history,
      ...(before !== undefined && { earlier: true }),
      ...(editing && { editing: { id: editing.id, text: editing.text } }),
      ...this.presence.members(room.id),
      textLength: this.env.MAX_TEXT_LENGTH,
      accounts: this.auth.hasAccounts,
      rooms: await this.rooms.list(me),
    };
  }
}
