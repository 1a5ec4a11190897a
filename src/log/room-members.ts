import type { Role, User } from '../protocol/index.js';
import type { Room } from './room-log.js';

/** What a person is in a room. Times are milliseconds since 1970; 0: not at all. */
export interface Place {
  /** `former`: was a member. `none`: never was. */
  role: Role | 'former' | 'none';
  /** Of the event that made it so; 0 where the room began with it. */
  seq: number;
  bannedUntil: number;
  mutedUntil: number;
}

/** A room as one person finds it: both from one read, so that they belong together. */
export interface Access {
  room: Room;
  place: Place;
  /** An administrator of this server. */
  isAdmin: boolean;
  /** False where there is no such room: `room` is then what somebody else's private room looks like. */
  exists: boolean;
}

export interface RoomMember {
  user: User;
  role: Role;
  mutedUntil: number;
}

export interface RoomBan {
  user: User;
  until: number;
  reason?: string;
}

/** Ends of bans and mutes that never end. */
export { FOR_GOOD } from './standings.js';

/** Who may be in which room, as the database says it now. Changed by events of the log alone. */
export abstract class RoomMembers {
  /** One statement and one answer, the same for a room that is not there and one that is not the person's. */
  abstract access(name: string, userId: string): Promise<Access>;
  abstract place(roomId: string, userId: string): Promise<Place>;
  /** Owners first, then moderators, by name within. */
  abstract members(roomId: string, limit: number): Promise<RoomMember[]>;
  abstract owners(roomId: string): Promise<number>;
  abstract bans(roomId: string, now: number): Promise<RoomBan[]>;
  /** The public rooms that this person is banned from now. */
  abstract bannedFrom(userId: string, now: number): Promise<Set<string>>;
  /** Who of these is there and not shut out, as they are called now. */
  abstract people(ids: readonly string[]): Promise<User[]>;
  /** One of them, with what they say of themselves. */
  abstract person(id: string): Promise<User | null>;
  /**
   * Whoever has an account and is called so, or so that one takes them for it: names are theirs alone. Where others
   * keep the accounts, whoever is called exactly so, if that is one person.
   */
  abstract named(name: string): Promise<User | null>;
  /** Of each room, its members but this person. For direct conversations, which are called after them. */
  abstract others(roomIds: readonly string[], userId: string): Promise<Map<string, User[]>>;
}
