import { Inject, Injectable } from '@nestjs/common';
import { Env } from '../config/env.js';
import type { Room } from '../log/room-log.js';
import { ChatError, isPrivateName, type User } from '../protocol/index.js';
import { isAbove, type Operation, ruling, speaking, type Standing, verdictOf } from './room.rules.js';

/** What is asked: may this person do this, here and now? */
export interface Question {
  operation: Operation;
  user: User;
  room: Room;
  /** What the person is in this room. */
  standing: Standing;
  /** Milliseconds since 1970; 0: not muted. */
  mutedUntil: number;
  now: number;
  /** Whom it is done to, or who wrote the message that it is done to. */
  target?: { user: User; standing: Standing };
}

/**
 * Who may do what. Each method returns, or throws the `ChatError` that the caller is told; nothing about a room is
 * read or written before it was asked.
 *
 * `check` asks the table of `room.rules.ts`; what that allows, the methods below it may refuse. Who only narrows
 * overrides those, and private rooms stay private; who replaces the rules overrides `check`.
 */
export abstract class RoomPolicy {
  abstract mayCreate(user: User, name: string): void | Promise<void>;
  /** Enter, read history, and get what is said. */
  abstract mayRead(user: User, room: Room): void | Promise<void>;
  /** Say something, and react to what is said. */
  abstract maySend(user: User, room: Room): void | Promise<void>;

  /** Private rooms and direct conversations, which have no name. */
  mayCreatePrivate(user: User, _kind: 'private' | 'direct'): void | Promise<void> {
    if (user.guest) throw new ChatError('forbidden', 'register first: guests have no private rooms');
  }

  /** Asked besides `maySend`. Where it is not overridden, everybody edits what they wrote themselves. */
  mayEdit(user: User, _room: Room, author: User): void | Promise<void> {
    if (user.id !== author.id) throw new ChatError('forbidden', 'only who wrote a message may edit it');
  }

  /** As `mayEdit`. Those who rule the room delete what others wrote by `mayRule`. */
  mayDelete(user: User, _room: Room, author: User): void | Promise<void> {
    if (user.id !== author.id) throw new ChatError('forbidden', 'only who wrote a message may delete it');
  }

  /** Whoever the rules let do something to others, or to the room itself. */
  mayRule(_question: Question): void | Promise<void> {}

  /** Throws `not_found`, with one sentence for all that is not there or not the caller's, or `forbidden`. */
  check(question: Question): void | Promise<void> {
    const { operation, user, room, standing, mutedUntil, now, target } = question;
    const verdict = verdictOf(operation, room.kind, standing);
    if (verdict === 'not_found') throw noSuchRoom();
    if (verdict === 'forbidden') throw new ChatError('forbidden', refusals[standing] ?? REFUSED);
    if (speaking.has(operation)) {
      if (room.archived) throw new ChatError('forbidden', 'the room is archived: it can only be read');
      if (mutedUntil > now)
        throw new ChatError('forbidden', `you are muted until ${new Date(mutedUntil).toISOString()}`);
    }
    if (ruling.has(operation) && target) checkRank(question, target);
    if (ruling.has(operation)) return this.mayRule(question);
    if (speaking.has(operation) || operation === 'delete') return this.mayWrite(question);
    return this.mayRead(user, room);
  }

  private async mayWriteSlowly(reading: unknown, question: Question): Promise<void> {
    await reading;
    await this.maySend(question.user, question.room);
    await this.mayTouch(question);
  }

  /** Without a promise where nobody needs one: every message passes here. */
  private mayWrite(question: Question): void | Promise<void> {
    const { user, room } = question;
    const reading = this.mayRead(user, room);
    if (reading instanceof Promise) return this.mayWriteSlowly(reading, question);
    const sending = this.maySend(user, room);
    return sending instanceof Promise ? sending.then(() => this.mayTouch(question)) : this.mayTouch(question);
  }

  private mayTouch({ operation, user, room, target }: Question): void | Promise<void> {
    if (operation === 'edit' && target) return this.mayEdit(user, room, target.user);
    if (operation === 'delete' && target) return this.mayDelete(user, room, target.user);
  }
}

const REFUSED = 'you may not do this here';
const refusals: Partial<Record<Standing, string>> = {
  banned: 'you are banned from this room',
  guest: 'register first: guests may not do this',
};

/** The same for what is not there and for what is not the caller's. */
export function noSuchRoom(): ChatError {
  return new ChatError('not_found', 'no such room');
}

/** Owners are nobody's to remove; each may step down. */
function checkRank(
  { operation, user, standing }: Question,
  target: { user: User; standing: Standing },
): void {
  const isMe = target.user.id === user.id;
  if (operation === 'setRole' && isMe) return;
  if (isMe) throw new ChatError('forbidden', 'you cannot do this to yourself');
  if (!isAbove(standing, target.standing))
    throw new ChatError('forbidden', 'you may do this only to those below you');
}

/** Whether entering a public room creates it is `ROOMS`. */
@Injectable()
export class PublicRoomPolicy extends RoomPolicy {
  constructor(@Inject(Env) private readonly env: Env) {
    super();
  }

  mayCreate(_user: User, name: string): void {
    // Private rooms get their random name from us; nobody chooses one.
    if (isPrivateName(name) || this.env.ROOMS === 'closed') throw noSuchRoom();
  }

  mayRead(): void {}

  maySend(): void {}
}
