import { Inject, Injectable } from '@nestjs/common';
import { Env } from '../config/env.js';
import { HookRunner } from '../hooks/hook.runner.js';
import { type EventDraft, type Room, RoomLog, type StoredMessage } from '../log/room-log.js';
import { type Changed, ChatError, MAX_REACTION_KINDS, type User } from '../protocol/index.js';
import { LiveRooms } from './live-rooms.js';
import { RoomService } from './room.service.js';

const ATTEMPTS = 5;

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
    @Inject(Env) private readonly env: Env,
  ) {}

  /** Throws `not_found`, `forbidden`, `too_long`, `rate_limited`, `unavailable`, and what a hook refuses with. */
  async edit(user: User, roomName: string, id: string, text: string): Promise<Changed> {
    if (text.length > this.env.MAX_TEXT_LENGTH)
      throw new ChatError('too_long', `a message has at most ${this.env.MAX_TEXT_LENGTH} characters`);
    const room = await this.rooms.forChanging(user, roomName);
    let message = await this.present(room, id);
    await this.rooms.policy.mayEdit(user, room, message.actor);
    const accepted = await this.hooks.beforeStore({ room: roomName, text, edits: id }, user);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (message.text === accepted.text) return { seq: message.changed ?? message.seq, dup: true };
      const changed = await this.store({
        roomId: room.id,
        actor: user,
        clientId: `edit ${id} ${message.changed ?? 0}`,
        type: 'message.edited',
        data: { id, text: accepted.text },
      });
      if (!changed.dup) return changed;
      // Edited from elsewhere at the same moment: once more, on what it says now.
      message = await this.present(room, id);
    }
    throw new ChatError('busy', 'the message is being changed from elsewhere', 500);
  }

  async delete(user: User, roomName: string, id: string): Promise<Changed> {
    const room = await this.rooms.forChanging(user, roomName);
    const message = await this.find(room, id);
    await this.rooms.policy.mayDelete(user, room, message.actor);
    if (message.deleted) return { seq: message.changed ?? message.seq, dup: true };
    const clientId = `delete ${id}`;
    return this.store({ roomId: room.id, actor: user, clientId, type: 'message.deleted', data: { id } });
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
    const room = await this.rooms.forChanging(user, roomName);
    const message = await this.present(room, data.id);
    const present = message.reactions.filter(({ gone }) => !gone);
    const mine = message.reactions.find(({ emoji, actor }) => emoji === data.emoji && actor.id === user.id);
    if (wanted === (mine !== undefined && !mine.gone)) return { seq: mine?.seq ?? message.seq, dup: true };
    const kinds = new Set(present.map(({ emoji }) => emoji));
    if (wanted && !kinds.has(data.emoji) && kinds.size >= MAX_REACTION_KINDS)
      throw new ChatError('forbidden', `a message has at most ${MAX_REACTION_KINDS} kinds of reactions`);
    return this.store({
      roomId: room.id,
      actor: user,
      clientId: `${wanted ? '+' : '-'}${data.emoji} ${data.id} ${mine?.seq ?? 0}`,
      type: wanted ? 'reaction.added' : 'reaction.removed',
      data,
    });
  }

  private async store(draft: EventDraft): Promise<Changed> {
    const { event, dup } = await this.log.append(draft);
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
