import { z } from 'zod';
import { User } from '../protocol/index.js';

/** What one node says about who is with it in a room. `v` rises by one with every change. */
export const PresenceReport = z.object({
  v: z.int().nonnegative(),
  users: z.array(User).optional(),
  joined: z.array(User).optional(),
  left: z.array(z.string()).optional(),
});
export type PresenceReport = z.infer<typeof PresenceReport>;

interface Remote {
  v: number;
  users: Map<string, User>;
  heardAt: number;
}

interface Local {
  user: User;
  connections: number;
  /** When the last connection went; the person stays for a moment, as a reload is no coming and going. */
  goneAt?: number;
}

/** Who is in one room, over all nodes. Pure: time is passed in, and what changed is returned. */
export class RoomPresence {
  private readonly local = new Map<string, Local>();
  private readonly remote = new Map<string, Remote>();
  private version = 0;

  /** True where others must be told. */
  enter(user: User): boolean {
    const known = this.local.get(user.id);
    if (!known) {
      this.local.set(user.id, { user, connections: 1 });
      this.version++;
      return true;
    }
    known.connections++;
    known.goneAt = undefined;
    const renamed = !looksSame(known.user, user);
    known.user = user;
    if (renamed) this.version++;
    return renamed;
  }

  exit(userId: string, now: number): void {
    const known = this.local.get(userId);
    if (known && --known.connections <= 0) known.goneAt = now;
  }

  /** True where the person is here. */
  rename(user: User): boolean {
    const known = this.local.get(user.id);
    if (!known) return false;
    known.user = user;
    this.version++;
    return true;
  }

  /** Those whose last connection went before `goneBefore`; they are forgotten here. */
  takeGone(goneBefore: number): string[] {
    const gone = [...this.local].filter(([, { goneAt }]) => goneAt !== undefined && goneAt <= goneBefore);
    for (const [id] of gone) this.local.delete(id);
    if (gone.length > 0) this.version++;
    return gone.map(([id]) => id);
  }

  /** False where something was missed: ask that node for all it has. */
  hear(node: string, report: PresenceReport, now: number): boolean {
    const known = this.remote.get(node);
    if (report.users) {
      this.remote.set(node, { v: report.v, users: byId(report.users), heardAt: now });
      return true;
    }
    if (!known) return false;
    known.heardAt = now;
    if (report.v === known.v) return true;
    if (report.v !== known.v + 1 || (!report.joined && !report.left)) return false;
    known.v = report.v;
    for (const user of report.joined ?? []) known.users.set(user.id, user);
    for (const id of report.left ?? []) known.users.delete(id);
    return true;
  }

  /** Nodes that were not heard since then are dead. Whether there was one. */
  forgetSilent(heardBefore: number): boolean {
    const { size } = this.remote;
    for (const [node, { heardAt }] of this.remote) if (heardAt < heardBefore) this.remote.delete(node);
    return this.remote.size < size;
  }

  /** All that this node has, for another one that asks. */
  report(): PresenceReport {
    return { v: this.version, users: [...this.local.values()].map(({ user }) => user) };
  }

  get v(): number {
    return this.version;
  }

  get hasLocal(): boolean {
    return this.local.size > 0;
  }

  everyone(): Map<string, User> {
    const all = new Map<string, User>();
    for (const { users } of this.remote.values()) for (const user of users.values()) all.set(user.id, user);
    for (const { user } of this.local.values()) all.set(user.id, user);
    return all;
  }
}

function byId(users: User[]): Map<string, User> {
  return new Map(users.map((user) => [user.id, user]));
}

/** Somebody who looks different counts as joined: that is how it is shown. */
export function looksSame(before: User | undefined, after: User): boolean {
  return (
    before?.name === after.name &&
    before.picture === after.picture &&
    before.status === after.status &&
    before.guest === after.guest
  );
}
