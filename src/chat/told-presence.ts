import type { User } from '../protocol/index.js';
import { looksSame } from './room-presence.js';

/** Above so many people a room's list says only how many. */
export const MAX_LISTED = 100;

export interface PresenceNews {
  online: number;
  joined: User[];
  left: string[];
}

const nobody: ReadonlyMap<string, User> = new Map();

/**
 * What the clients of a room were told of who is there. In a crowd they are told of nobody by name; when it is over,
 * everybody is named anew, since whoever came meanwhile knows nobody.
 */
export class ToldPresence {
  private told = nobody;
  /** Who may stand in somebody's list: they were told, or had it in an answer. */
  private readonly listed = new Set<string>();
  private online = 0;

  get isCrowd(): boolean {
    return this.online > MAX_LISTED;
  }

  /** For somebody who comes in now. `members` is empty in a crowd. */
  list(everyone: ReadonlyMap<string, User>): { members: User[]; online: number } {
    const members = everyone.size > MAX_LISTED ? [] : [...everyone.values()];
    for (const { id } of members) this.listed.add(id);
    return { members, online: everyone.size };
  }

  /** What turns every list into what is. Nothing where nothing has changed. */
  next(everyone: ReadonlyMap<string, User>): PresenceNews | undefined {
    const before = this.online;
    this.online = everyone.size;
    const { told } = this;
    this.told = this.isCrowd ? nobody : everyone;
    const joined = [...this.told.values()].filter((user) => !looksSame(told.get(user.id), user));
    const left = this.isCrowd ? [] : [...this.listed].filter((id) => !everyone.has(id));
    for (const id of left) this.listed.delete(id);
    for (const { id } of joined) this.listed.add(id);
    if (joined.length === 0 && left.length === 0 && this.online === before) return undefined;
    return { online: this.online, joined, left };
  }
}
