import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EventDraft, RoomLog } from '../log/room-log.js';
import { type Access, RoomMembers } from '../log/room-members.js';
import {
  type BanMember,
  type Changed,
  ChatError,
  type Role,
  type RoomEventType,
  type UpdateRoom,
  type User,
} from '../protocol/index.js';
import { LiveRooms } from './live-rooms.js';
import { RateLimits } from './rate-limits.js';
import { RoomAccess, type Target } from './room-access.js';
import type { Operation } from './room.rules.js';

type Theirs = Awaited<ReturnType<RoomAccess['targetIn']>>;
type Change = { [Type in RoomEventType]: Pick<EventDraft<Type>, 'type' | 'data'> }[RoomEventType];
/** What is to be stored, or since when it is so already. */
type Decision = Change | { since: number };

/**
 * Who belongs to a room, and what it is. Each request says how things should be, so repeating one is harmless. Decided
 * on what the database says now, and stored only where that still holds.
 */
@Injectable()
export class ModerationService {
  constructor(
    private readonly access: RoomAccess,
    private readonly members: RoomMembers,
    private readonly log: RoomLog,
    private readonly liveRooms: LiveRooms,
    private readonly limits: RateLimits,
  ) {}

  /** `who` is a user's id, or `me`. Joins, adds, or gives another role; `member` where no role is named. */
  set(user: User, name: string, who: string, role?: Role): Promise<Changed> {
    this.limits.manage(user.id);
    if (who === 'me' || who === user.id)
      return role ? this.setRole(user, name, user, role) : this.join(user, name);
    return this.person(who).then((person) => this.setRole(user, name, person, role ?? 'member'));
  }

  /** As `set`: gives membership up, or removes somebody. */
  async remove(user: User, name: string, who: string): Promise<Changed> {
    this.limits.manage(user.id);
    if (who === 'me' || who === user.id)
      return this.change('leave', user, name, async (access) => {
        // The administrator of the server rules public rooms without being a member.
        if (!isMember(access.place.role)) throw new ChatError('forbidden', 'you are no member of this room');
        await this.needSuccessor(access, access.place.role, 'appoint another owner before you leave');
        return { type: 'member.left', data: { member: user } };
      });
    return this.toSomebody('kick', user, name, who, ({ room }, { place, user: member }) => {
      if (room.kind !== 'public' && !isMember(place.role)) throw noSuchPerson();
      return { type: 'member.kicked', data: { member } };
    });
  }

  ban(user: User, name: string, who: string, { until, reason }: BanMember): Promise<Changed> {
    this.limits.manage(user.id);
    inFuture(until);
    const rest = { ...(until && { until }), ...(reason && { reason }) };
    return this.toSomebody('ban', user, name, who, (_access, { user: member }) => ({
      type: 'member.banned',
      data: { member, ...rest },
    }));
  }

  unban(user: User, name: string, who: string): Promise<Changed> {
    this.limits.manage(user.id);
    return this.toSomebody('ban', user, name, who, (_access, { place, user: member }) =>
      place.bannedUntil > Date.now() ? { type: 'member.unbanned', data: { member } } : { since: place.seq },
    );
  }

  mute(user: User, name: string, who: string, until: string): Promise<Changed> {
    this.limits.manage(user.id);
    inFuture(until);
    return this.toSomebody('mute', user, name, who, ({ room }, { place, user: member }) => {
      if (room.kind !== 'public' && !isMember(place.role)) throw noSuchPerson();
      if (place.mutedUntil === Date.parse(until)) return { since: place.seq };
      return { type: 'member.muted', data: { member, until } };
    });
  }

  unmute(user: User, name: string, who: string): Promise<Changed> {
    this.limits.manage(user.id);
    return this.toSomebody('mute', user, name, who, (_access, { place, user: member }) =>
      place.mutedUntil > Date.now() ? { type: 'member.unmuted', data: { member } } : { since: place.seq },
    );
  }

  update(user: User, name: string, wish: UpdateRoom): Promise<Changed> {
    this.limits.manage(user.id);
    const { title, topic, archived, slowModeSeconds } = wish;
    const asked: Operation[] = [
      ...(archived !== undefined ? (['archive'] as const) : []),
      ...(slowModeSeconds !== undefined ? (['slowMode'] as const) : []),
    ];
    const first = title !== undefined || topic !== undefined ? 'rename' : (asked[0] ?? 'rename');
    return this.change(first, user, name, async (access) => {
      for (const operation of asked) await this.access.check(operation, user, access);
      const { room } = access;
      const is = pick(room);
      const data = {
        title: title ?? is.title,
        topic: topic ?? is.topic,
        archived: archived ?? is.archived,
        slowModeSeconds: slowModeSeconds ?? is.slowModeSeconds,
      };
      if (JSON.stringify(data) === JSON.stringify(is)) return { since: room.head };
      return { type: 'room.updated', data };
    });
  }

  private join(user: User, name: string): Promise<Changed> {
    return this.change('join', user, name, ({ place }) =>
      isMember(place.role)
        ? { since: place.seq }
        : { type: 'member.joined', data: { member: user, role: 'member' } },
    );
  }

  private setRole(user: User, name: string, person: User, role: Role): Promise<Changed> {
    return this.change('members', user, name, async (access) => {
      const theirs = await this.access.targetIn(access, person);
      const { place } = theirs;
      if (!isMember(place.role)) {
        await this.access.check('add', user, access);
        if (role !== 'member') await this.access.check('setRole', user, access);
        if (theirs.standing === 'banned') throw new ChatError('forbidden', 'they are banned from this room');
        if (person.guest) throw new ChatError('forbidden', 'guests cannot be members');
        return { type: 'member.joined', data: { member: person, role } };
      }
      await this.access.check('setRole', user, access, theirs);
      if (place.role === role) return { since: place.seq };
      await this.needSuccessor(access, place.role, 'appoint another owner first');
      return { type: 'member.changed', data: { member: person, role } };
    });
  }

  /** A room that has an owner keeps one. */
  private async needSuccessor({ room }: Access, role: string, message: string): Promise<void> {
    if (role === 'owner' && (await this.members.owners(room.id)) < 2)
      throw new ChatError('forbidden', message);
  }

  private toSomebody(
    operation: Operation,
    user: User,
    name: string,
    who: string,
    decide: (access: Access, theirs: Theirs) => Decision,
  ): Promise<Changed> {
    return this.change(operation, user, name, async (access) => {
      const person = who === 'me' || who === user.id ? user : await this.person(who);
      const theirs = await this.access.targetIn(access, person);
      await this.access.check(operation, user, access, theirs satisfies Target);
      return decide(access, theirs);
    });
  }

  private change(
    operation: Operation,
    user: User,
    name: string,
    decide: (access: Access) => Decision | Promise<Decision>,
  ): Promise<Changed> {
    return this.access.settled(user, name, async () => {
      const access = await this.access.require(operation, user, name);
      const decision = await decide(access);
      if ('since' in decision) return { seq: decision.since, dup: true as const };
      return this.store(access, user, decision);
    });
  }

  /** Rejects with `RightsChanged` where `access` is old. */
  async store({ room }: Access, actor: User, change: Change): Promise<Changed> {
    const draft = { ...change, roomId: room.id, actor, clientId: randomUUID(), rights: room.rights };
    const { event } = await this.log.append(draft as EventDraft);
    await this.liveRooms.publish(event);
    return { seq: event.seq };
  }

  private async person(id: string): Promise<User> {
    const [person] = await this.members.people([id]);
    if (!person) throw noSuchPerson();
    return person;
  }
}

function isMember(role: string): boolean {
  return role === 'owner' || role === 'moderator' || role === 'member';
}

function noSuchPerson(): ChatError {
  return new ChatError('not_found', 'there is no such person here');
}

function inFuture(until: string | undefined): void {
  if (until !== undefined && Date.parse(until) <= Date.now())
    throw new ChatError('bad_schema', 'until: must be in the future');
}

function pick({ title, topic, archived, slowModeSeconds }: Access['room']) {
  return { title, topic, archived, slowModeSeconds };
}
