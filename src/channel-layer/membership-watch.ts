import type { Memberships } from './memberships.js';
import type { Call } from './queue-peers.js';

const LOOKED_AT = 500;

/**
 * Whether Redis still holds what it was told to. Django's `flush()` empties all groups at once, and a Django with a
 * shorter `group_expiry` removes what it takes for old: neither tells anybody, and the process would hear nothing more.
 */
export class MembershipWatch {
  /** How many of the list were looked at. */
  private looked = 0;

  constructor(
    private readonly memberships: Memberships,
    private readonly call: Call,
  ) {}

  /** A part of them each time, and another one the next. True where Redis is away; rejects where it refuses. */
  async holds(): Promise<boolean> {
    const all = this.memberships.all().filter(({ confirmed }) => confirmed);
    const from = this.looked < all.length ? this.looked : 0;
    this.looked = from + LOOKED_AT;
    const some = all.slice(from, this.looked);
    if (some.length === 0) return true;
    const [groups, channels] = [some.map(({ group }) => group), some.map(({ channel }) => channel)];
    const found = await this.call('count-members', groups, channels);
    // Who left meanwhile is missing rightly.
    const left = some.filter((membership) => !this.memberships.has(membership)).length;
    return found === undefined || (found as number) + left >= some.length;
  }
}
