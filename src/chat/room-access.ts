import { Injectable } from '@nestjs/common';
import type { EventDraft } from '../log/room-log.js';
import { type Access, RoomMembers } from '../log/room-members.js';
import { RightsChanged } from '../log/rights-changed.js';
import { ChatError, isPrivateName, isRoomName, type User } from '../protocol/index.js';
import { KeptAccess } from './kept-access.js';
import { noSuchRoom, type Question, RoomPolicy } from './room.policy.js';
import { type Operation, standingOf, verdictOf } from './room.rules.js';

/** Of decisions that are overtaken by others, again and again. */
const ATTEMPTS = 6;

export type Target = Question['target'];

/**
 * May this person do this, here and now? Reading asks the database each time. Writing may ask what was read before: its
 * append says on which rights it was decided, and is refused where they are others by now.
 */
@Injectable()
export class RoomAccess {
  private readonly kept = new KeptAccess();

  constructor(
    private readonly members: RoomMembers,
    readonly policy: RoomPolicy,
  ) {}

  /**
   * `null` where there is no public room of this name. A private name always leads somewhere: where it should not, to
   * what everybody is a stranger to, and is refused there, by the same steps. Throws `bad_room`.
   */
  async fresh(user: User, name: string): Promise<Access | null> {
    if (!isRoomName(name)) throw new ChatError('bad_room', 'a room name is 1–64 letters, digits, "_" or "-"');
    const access = await this.members.access(name, user.id);
    // What is not theirs costs the same work each time, as what is not there: a clock must not tell them apart.
    // An administrator's office ends without an event of the room that would say so.
    if (isFound(access, user) && access.exists && !access.isAdmin) this.kept.set(user.id, name, access);
    else this.forget(user, name);
    return access.exists || isPrivateName(name) ? access : null;
  }

  /** What was read before, however long ago: only for what is decided anew where it proves to be old. */
  known(user: User, name: string): Access | undefined {
    return this.kept.get(user.id, name);
  }

  forget(user: User, name: string): void {
    this.kept.delete(user.id, name);
  }

  /** Throws `not_found` or `forbidden`. */
  check(operation: Operation, user: User, access: Access, target?: Target): void | Promise<void> {
    const now = Date.now();
    const asking = this.policy.check({
      operation,
      user,
      room: access.room,
      standing: standingOf(access, user, now),
      mutedUntil: access.place.mutedUntil,
      now,
      ...(target && { target }),
    });
    return access.exists ? asking : refused(asking);
  }

  allows(operation: Operation, user: User, access: Access): boolean | Promise<boolean> {
    try {
      const checking = this.check(operation, user, access);
      return checking instanceof Promise ? checking.then(() => true, isRefusal) : true;
    } catch (error) {
      return isRefusal(error);
    }
  }

  /** Throws `not_found`, the same for a room that is not there and one that is not the caller's, or `forbidden`. */
  async require(operation: Operation, user: User, name: string): Promise<Access> {
    const access = await this.fresh(user, name);
    if (!access) throw noSuchRoom();
    await this.check(operation, user, access);
    return access;
  }

  /**
   * `act` decides and stores; where the rights changed between the two, it does so once more on those of now. Throws
   * what it throws, and `busy` where they never stand still.
   */
  async settled<T>(user: User, name: string, act: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof RightsChanged) || attempt === ATTEMPTS) throw error;
        this.forget(user, name);
      }
    }
  }

  /** What the other one is in this room. */
  async targetIn(access: Access, target: User): Promise<NonNullable<Target> & Pick<Access, 'place'>> {
    const place = await this.members.place(access.room.id, target.id);
    const theirs = { ...access, place, isAdmin: false };
    return { user: target, place, standing: standingOf(theirs, target, Date.now()) };
  }
}

/** The draft, with the rights that it was decided on. */
export function onRights<Draft extends EventDraft>(draft: Draft, { room }: Access): Draft {
  return { ...draft, rights: room.rights };
}

function isFound(access: Access, user: User): boolean {
  return verdictOf('read', access.room.kind, standingOf(access, user, Date.now())) !== 'not_found';
}

/** Where a team's own policy lets strangers into private rooms, there still is none. */
async function refused(asking: void | Promise<void>): Promise<never> {
  await asking;
  throw noSuchRoom();
}

function isRefusal(error: unknown): false {
  if (error instanceof ChatError) return false;
  throw error;
}
