import type { Memberships } from './memberships.js';
import type { Call } from './queue-peers.js';

const AT_ONCE = 500;

/**
 * Keeps what Redis was told to hold young, and says whether it still holds it. A Django with a `group_expiry` far shorter
 * than ours removes what it takes for old, and its `flush()` empties all groups at once: neither tells anybody, and the
 * process would hear nothing more.
 */
export class MembershipWatch {
  /** How many of the list were renewed. */
  private renewed = 0;

  constructor(
    private readonly memberships: Memberships,
    private readonly call: Call,
  ) {}

  /**
   * A part of them each time, and another one the next. False where Redis has lost some; true where it is away; rejects
   * where it refuses.
   */
  async renew(): Promise<boolean> {
    const all = this.memberships.all().filter(({ confirmed }) => confirmed);
    const from = this.renewed < all.length ? this.renewed : 0;
    this.renewed = from + AT_ONCE;
    const some = all.slice(from, this.renewed);
    if (some.length === 0) return true;
    const { keys, args } = this.memberships.renewCall(some);
    const found = await this.call('renew-members', keys, args);
    // Who left meanwhile is missing rightly.
    const left = some.filter((membership) => !this.memberships.has(membership)).length;
    return found === undefined || (found as number) + left >= some.length;
  }
}
