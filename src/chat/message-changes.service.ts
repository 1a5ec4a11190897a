import { Inject, Injectable } from '@nestjs/common';
import { Env } from '../config/env.js';
import { HookRunner } from '../hooks/hook.runner.js';
import { type EventDraft, type Room, RoomLog, type StoredMessage } from '../log/room-log.js';
import type { Access } from '../log/room-members.js';
import { type Changed, ChatError, MAX_REACTION_KINDS, type User } from '../protocol/index.js';
import { LiveRooms } from './live-rooms.js';
import { RateLimits } from './rate-limits.js';
import { RoomService } from './room.service.js';

const ATTEMPTS = 5;

/** What is stored, but for what its room says. */
type Change = Pick<EventDraft, 'actor' | 'clientId' | 'type' | 'data'>;

/**
 * What is done to messages that are there. A request says how things should be, so a repeat finds them so. Its
 * `clientId` in the log is made from what the message was before: of two that meet, the log stores one.
 */
@Injectable()
export class MessageChangesService {
  constructor(
    private readonly rooms: RoomService,
    private readonly hooks: HookRunner,
    private readonly log: RoomLog,
    private readonly liveRooms: LiveRooms,
    private readonly limits: RateLimits,
    @Inject(Env) private readonly env: Env,
  ) {}

  /** Throws `not_found`, `forbidden`, `too_long`, `rate_limited`, `unavailable`, and what a hook refuses with. */
  async edit(user: User, roomName: string, id: string, text: string): Promise<Changed> {
    if (text.length > this.env.MAX_TEXT_LENGTH)
      throw new ChatError('too_long', `a message has at most ${this.env.MAX_TEXT_LENGTH} characters`);
    this.limits.send(user.id);
    const { room } = await this.rooms.forChanging(user, roomName, 'edit');
    const first = await this.present(room, id);
    await this.mayChange('edit', user, roomName, first);
    const accepted = await this.hooks.beforeStore({ room: roomName, text, edits: id }, user);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const changed = await this.settled(user, roomName, async () => {
        const access = await this.mayChange('edit', user, roomName, first);
        const message = attempt === 1 ? first : await this.present(room, id);
        if (message.text === accepted.text)
          return { seq: message.changed ?? message.seq, dup: true as const };
        const clientId = `edit ${id} ${message.changed ?? 0}`;
        const data = { id, text: accepted.text };
        const stored = await this.store(access, { actor: user, clientId, type: 'message.edited', data });
        // Edited from elsewhere at the same moment: once more, on what it says now.
        return stored.dup ? null : stored;
      });
      if (changed) return changed;
    }
    throw new ChatError('busy', 'the message is being changed from elsewhere', 500);
  }

  /** An own one, or what somebody below wrote. Throws as `edit`. */
  async delete(user: User, roomName: string, id: string): Promise<Changed> {
    this.limits.send(user.id);
    return this.settled(user, roomName, async () => {
      const { room } = await this.rooms.forChanging(user, roomName, 'delete');
      const message = await this.find(room, id);
      const access = await this.mayChange('delete', user, roomName, message);
      if (message.deleted) return { seq: message.changed ?? message.seq, dup: true };
      const clientId = `delete ${id}`;
      return this.store(access, { actor: user, clientId, type: 'message.deleted', data: { id } });
    });
  }

  react(user: User, roomName: string, id: string, emoji: string): Promise<Changed> {
    return this.setReaction(user, roomName, { id, emoji }, true);
  }

  unreact(user: User, roomName: string, id: string, emoji: string): Promise<Changed> {
    return this.setReaction(user, roomName, { id, emoji }, false);
  }

  private async setReaction(
    user: User,
    roomName: string,
    data: { id: string; emoji: string },
    wanted: boolean,
  ): Promise<Changed> {
    this.limits.send(user.id);
    return this.settled(user, roomName, () => this.reactOnce(user, roomName, data, wanted));
  }

  private async reactOnce(
    user: User,
    roomName: string,
    data: { id: string; emoji: string },
    wanted: boolean,
  ): Promise<Changed> {
    const access = await this.rooms.forChanging(user, roomName, 'react');
    const message = await this.present(access.room, data.id);
    const present = message.reactions.filter(({ gone }) => !gone);
    const mine = message.reactions.find(({ emoji, actor }) => emoji === data.emoji && actor.id === user.id);
    if (wanted === (mine !== undefined && !mine.gone)) return { seq: mine?.seq ?? message.seq, dup: true };
    const kinds = new Set(present.map(({ emoji }) => emoji));
    if (wanted && !kinds.has(data.emoji) && kinds.size >= MAX_REACTION_KINDS)
      throw new ChatError('forbidden', `a message has at most ${MAX_REACTION_KINDS} kinds of reactions`);
    return this.store(access, {
      actor: user,
      clientId: `${wanted ? '+' : '-'}${data.emoji} ${data.id} ${mine?.seq ?? 0}`,
      type: wanted ? 'reaction.added' : 'reaction.removed',
      data,
    });
  }

  private settled<T>(user: User, roomName: string, act: () => Promise<T>): Promise<T> {
    return this.rooms.access.settled(user, roomName, act);
  }

  /** Rulers are asked on what the database says now: what one knows of somebody else's rank may be old. */
  private async mayChange(
    what: 'edit' | 'delete',
    user: User,
    roomName: string,
    { actor }: StoredMessage,
  ): Promise<Access> {
    const { access } = this.rooms;
    if (actor.id === user.id || what === 'edit') {
      const own = await access.require(what, user, roomName);
      // Whom it is from is all that these ask of the author.
      await access.check(what, user, own, { user: actor, standing: 'member' });
      return own;
    }
    const fresh = await access.require('delete', user, roomName);
    await access.check('deleteOther', user, fresh, await access.targetIn(fresh, actor));
    return fresh;
  }

  private async store({ room }: Access, draft: Change): Promise<Changed> {
    const { event, dup } = await this.log.append({
      ...draft,
      roomId: room.id,
      rights: room.rights,
    } as EventDraft);
    if (dup) return { seq: event.seq, dup };
    if (event.type === 'message.edited') {
      // Told is what the log says: the message may have been deleted while this was on its way.
      const now = await this.log.message(event.roomId, event.data.id);
      await this.liveRooms.publish({ ...event, data: { ...event.data, text: now?.text ?? '' } });
    } else await this.liveRooms.publish(event);
    return { seq: event.seq };
  }

  private async find(room: Room, id: string): Promise<StoredMessage> {
    const message = await this.log.message(room.id, id);
    if (!message) throw new ChatError('not_found', 'there is no such message in this room');
    return message;
  }

  private async present(room: Room, id: string): Promise<StoredMessage> {
    const message = await this.find(room, id);
    if (message.deleted) throw new ChatError('not_found', 'the message was deleted');
    return message;
  }
}
