import { Inject, Injectable } from '@nestjs/common';
import { Env } from '../config/env.js';
import type { Room } from '../log/room-log.js';
import { ChatError, type User } from '../protocol/index.js';

/**
 * Who may do what. Each method returns, or throws the `ChatError` that the caller is told; nothing about a room is
 * read or written before it was asked.
 */
export abstract class RoomPolicy {
  abstract mayCreate(user: User, name: string): void | Promise<void>;
  /** Enter, read history, and get what is said. */
  abstract mayRead(user: User, room: Room): void | Promise<void>;
  /** Say something, and react to what is said. */
  abstract maySend(user: User, room: Room): void | Promise<void>;

  /** Asked besides `maySend`. Where it is not overridden, everybody edits what they wrote themselves. */
  mayEdit(user: User, _room: Room, author: User): void | Promise<void> {
    if (user.id !== author.id) throw new ChatError('forbidden', 'only who wrote a message may edit it');
  }

  /** As `mayEdit`. */
  mayDelete(user: User, _room: Room, author: User): void | Promise<void> {
    if (user.id !== author.id) throw new ChatError('forbidden', 'only who wrote a message may delete it');
  }
}

/** Rooms are public; whether entering creates them is `ROOMS`. */
@Injectable()
export class PublicRoomPolicy extends RoomPolicy {
  constructor(@Inject(Env) private readonly env: Env) {
    super();
  }

  mayCreate(_user: User, name: string): void {
    // Private rooms get their random name from us; nobody chooses one.
    if (name.startsWith('~') || this.env.ROOMS === 'closed') throw new ChatError('not_found', 'no such room');
  }

  mayRead(): void {}

  maySend(): void {}
}
