import { Inject, Injectable } from '@nestjs/common';
import { Env } from '../config/env.js';
import { HookRunner } from '../hooks/hook.runner.js';
import type { Draft } from '../hooks/message-hook.js';
import { RightsChanged } from '../log/rights-changed.js';
import { type Appended, type RoomEvent, RoomLog } from '../log/room-log.js';
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
  send(author: User, roomName: string, message: PostMessage): Promise<Sent> {
    return this.store(author, roomName, message, true);
  }

  /**
   * As `send`, for what another system has accepted already: neither limits nor slow mode hold it up. Policy and hooks
   * are asked all the same. Many processes may relay the same message: with the same author and `clientId` it is stored
   * once.
   */
  relay(author: User, roomName: string, message: PostMessage): Promise<Sent> {
    return this.store(author, roomName, message, false);
  }

  /** Awaits only what is a promise: every message passes here, and an `await` costs as much as the rest of a step. */
  private async store(author: User, roomName: string, message: PostMessage, held: boolean): Promise<Sent> {
    if (held) this.limit(author, message);
    const deciding = this.rooms.forSending(author, roomName, held);
    const access = deciding instanceof Promise ? await deciding : deciding;
    const asking = this.hooks.beforeStore(draftOf(roomName, message), author);
    const draft = asking instanceof Promise ? await asking : asking;
    const wish = { author, roomName, clientId: message.clientId, draft, held };
    let appended: Appended;
    try {
      appended = await this.append(wish, access);
    } catch (error) {
      appended = await this.appendAgain(wish, error);
    }
    const { event, dup } = appended;
    if (dup) {
      this.repeated++;
      // Nothing was appended that would have been refused: who may not read there any more learns nothing of it.
      await this.rooms.access.require('read', author, roomName);
      // Another process may have stored it, and the answer must not overtake the push here either.
      await this.liveRooms.deliver(event);
      return { id: event.id, seq: event.seq, at: event.at, dup };
    }
    this.stored++;
    const publishing = this.liveRooms.publish(event);
    if (publishing) await publishing;
    this.hooks.afterStore(createdOf(roomName, event as RoomEvent<'message.created'>));
    return { id: event.id, seq: event.seq, at: event.at };
  }

  private limit(author: User, { text }: PostMessage): void {
    if (text.length > this.env.MAX_TEXT_LENGTH)
      throw new ChatError('too_long', `a message has at most ${this.env.MAX_TEXT_LENGTH} characters`);
    this.limits.send(author.id);
  }

  private append({ author, clientId, draft, held }: Wish, access: Access): Promise<Appended> {
    const { id: roomId, rights } = access.room;
    const { text, replyTo } = draft;
    const data = replyTo ? { text, replyTo } : { text };
    const event = { roomId, actor: author, clientId, type: 'message.created' as const, data, rights };
    const pauseMs = held ? this.rooms.pauseOf(author, access) : undefined;
    const storing = this.log.append(pauseMs === undefined ? event : { ...event, pauseMs });
    this.liveRooms.expect(roomId, storing);
    return storing;
  }

  /** Where it was decided on rights that are not the room's any more, it is decided again; else it fails as it did. */
  private appendAgain(wish: Wish, error: unknown): Promise<Appended> {
    if (!(error instanceof RightsChanged)) throw error;
    const { author, roomName, held } = wish;
    this.rooms.access.forget(author, roomName);
    return this.rooms.access.settled(author, roomName, async () =>
      this.append(wish, await this.rooms.forSending(author, roomName, held)),
    );
  }
}

/** What is to be stored, as often as it takes. */
interface Wish {
  author: User;
  roomName: string;
  clientId: string;
  draft: Draft;
  /** By limits and slow mode. */
  held: boolean;
}

function draftOf(room: string, { text, replyTo }: PostMessage): Draft {
  return replyTo ? { room, text, replyTo } : { room, text };
}
