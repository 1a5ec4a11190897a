import type { RisingClock } from './rising-clock.js';
import { Waiters } from './waiters.js';

/** One channel that should be in one group. */
export interface Membership {
  readonly group: string;
  readonly channel: string;
  /** The present link has made it. */
  confirmed: boolean;
  /** Somebody stopped waiting for that. */
  late: boolean;
  readonly waiters: Waiters;
}

/** The memberships that one Redis should hold for this process. Groups by their keys. */
export class Memberships {
  private readonly wanted = new Map<string, Membership>();
  /** Given up, as far as we know still in Redis. */
  private readonly unwanted = new Map<string, { group: string; channel: string }>();

  constructor(
    /** The key under which Redis keeps the same list, for whoever must clear it after our death. */
    readonly record: string,
    private readonly groupExpiry: number,
    private readonly clock: RisingClock,
  ) {}

  want(group: string, channel: string): Membership {
    const id = idOf(group, channel);
    this.unwanted.delete(id);
    let membership = this.wanted.get(id);
    if (!membership) {
      membership = { group, channel, confirmed: false, late: false, waiters: new Waiters() };
      this.wanted.set(id, membership);
    }
    return membership;
  }

  forget(group: string, channel: string): void {
    const id = idOf(group, channel);
    this.wanted.get(id)?.waiters.release();
    this.wanted.delete(id);
    this.unwanted.set(id, { group, channel });
  }

  has({ group, channel }: Membership): boolean {
    return this.wanted.has(idOf(group, channel));
  }

  /** Whether Redis has said that some channel of ours is in it. */
  isConfirmed(group: string): boolean {
    return this.all().some((membership) => membership.group === group && membership.confirmed);
  }

  /** Redis has removed it. */
  left(group: string, channel: string): void {
    this.unwanted.delete(idOf(group, channel));
  }

  /** What Redis should remove before it makes anything new. */
  toLeave(): { group: string; channel: string }[] {
    return [...this.unwanted.values()];
  }

  clear(): void {
    this.release();
    this.wanted.clear();
    this.unwanted.clear();
  }

  all(): Membership[] {
    return [...this.wanted.values()];
  }

  inParts(most: number): Membership[][] {
    const all = this.all();
    return Array.from({ length: Math.ceil(all.length / most) }, (_, n) =>
      all.slice(n * most, (n + 1) * most),
    );
  }

  unconfirmed(most: number): Membership[] {
    return this.all()
      .filter(({ confirmed }) => !confirmed)
      .slice(0, most);
  }

  /** Keys and arguments of the script that makes them. */
  joinCall(memberships: Membership[]): { keys: string[]; args: string[] } {
    const { keys, args } = this.renewCall(memberships);
    return { keys: [this.record, ...keys], args };
  }

  /** Keys and arguments of the script that makes them young again. */
  renewCall(memberships: Membership[]): { keys: string[]; args: string[] } {
    const channels = memberships.map(({ channel }) => channel);
    return {
      keys: memberships.map(({ group }) => group),
      args: [`${this.clock.next()}`, `${Math.ceil(this.groupExpiry)}`, ...channels],
    };
  }

  /** They hold, and whoever waits for them goes on. */
  settle(memberships: Membership[]): void {
    for (const membership of memberships) {
      membership.late = false;
      membership.waiters.release();
    }
  }

  /** The link that made them has ended. */
  doubt(): void {
    for (const membership of this.wanted.values()) membership.confirmed = false;
    this.release();
  }

  release(): void {
    for (const { waiters } of this.wanted.values()) waiters.release();
  }
}

const idOf = (group: string, channel: string) => `${group}\n${channel}`;
