import { Inject, Injectable } from '@nestjs/common';
import { Env } from '../config/env.js';
import { HookRunner } from '../hooks/hook.runner.js';
import { RightsChanged } from '../log/rights-changed.js';
import { type RoomEvent, RoomLog } from '../log/room-log.js';
import type { Access } from '../log/room-members.js';
import { ChatError, type PostMessage, type Sent, type User } from '../protocol/index.js';
import { createdOf } from './live-room.js';
import { LiveRooms } from './live-rooms.js';
import { RateLimits } from './rate-limits.js';
import { RoomService } from './room.service.js';

/** Access → hooks → log → everybody. What returns is stored. */
@Injectable()
export class MessageService {
  /** How many since start: new ones, and those that were there already. */
  stored = 0;
  repeated = 0;

  constructor(
    private readonly rooms: RoomService,
    private readonly hooks: HookRunner,
    private readonly log: RoomLog,
    private readonly liveRooms: LiveRooms,
    private readonly limits: RateLimits,
    @Inject(Env) private readonly env: Env,
  ) {}

  /**
   * Stores a message once: a repeat of `(room, author, clientId)` gets the first one's answer with `dup`.
   * Throws `not_found`, `forbidden`, `too_long`, `rate_limited`, what a hook refuses with, and `unavailable`: then the
   * message may be stored or not, and repeating it is safe.
   */
  async send(author: User, roomName: string, { text, clientId, replyTo }: PostMessage): Promise<Sent> {
    if (text.length > this.env.MAX_TEXT_LENGTH)
      throw new ChatError('too_long', `a message has at most ${this.env.MAX_TEXT_LENGTH} characters`);
    this.limits.send(author.id);
    const message = { text, clientId, ...(replyTo && { replyTo }) };
    return this.store(author, roomName, message, (access) => this.rooms.pauseOf(author, access));
  }

  /**
   * As `send`, for what another system has accepted already: neither limits nor slow mode hold it up. Policy and hooks
   * are asked all the same. Many processes may relay the same message: with the same author and `clientId` it is stored
   * once.
   */
  async relay(author: User, roomName: string, message: PostMessage): Promise<Sent> {
    return this.store(author, roomName, message, () => undefined);
  }

  private async store(
    author: User,
    roomName: string,
    { text, clientId, replyTo }: PostMessage,
    pauseOf: (access: Access) => number | undefined,
  ): Promise<Sent> {
    const allowed = () => this.rooms.forSending(author, roomName);
    const access = await allowed();
    const draft = await this.hooks.beforeStore({ room: roomName, text, ...(replyTo && { replyTo }) }, author);
    const data = draft.replyTo ? { text: draft.text, replyTo: draft.replyTo } : { text: draft.text };
    const append = (decided: Access) => {
      const { id: roomId, rights } = decided.room;
      const [type, pauseMs] = ['message.created' as const, pauseOf(decided)];
      const wish = { roomId, actor: author, clientId, type, data, rights };
      return this.log.append(pauseMs === undefined ? wish : { ...wish, pauseMs });
    };
    const { event, dup } = await append(access).catch((error: unknown) => {
      if (!(error instanceof RightsChanged)) throw error;
      this.rooms.access.forget(author, roomName);
      return this.rooms.access.settled(author, roomName, async () => append(await allowed()));
    });
    if (dup) this.repeated++;
    else {
      this.stored++;
      await this.liveRooms.publish(event);
      this.hooks.afterStore(createdOf(roomName, event as RoomEvent<'message.created'>));
    }
    return { id: event.id, seq: event.seq, at: event.at, ...(dup && { dup: true }) };
  }
}
