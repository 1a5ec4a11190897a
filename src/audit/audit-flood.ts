import { TokenBuckets } from '../socket/token-buckets.js';
import type { AuditKind } from './audit-kinds.js';

/** Rows of one kind from one address, and of one kind from everywhere. Sustained per second, and at once. */
const PER_ADDRESS = { perSecond: 0.2, burst: 30 };
const PER_KIND = { perSecond: 5, burst: 300 };

/** Whoever floods us must not fill the database with what we write down about it: what is too much is counted. */
export class AuditFlood {
  private readonly addresses = new TokenBuckets(PER_ADDRESS.perSecond, PER_ADDRESS.burst);
  private readonly kinds = new TokenBuckets(PER_KIND.perSecond, PER_KIND.burst);
  private readonly counted = new Map<AuditKind, number>();

  /** Whether it gets a row of its own; else it is counted. */
  admits(kind: AuditKind, address: string, now: number): boolean {
    if (this.addresses.take(`${kind} ${address}`, now) === 0 && this.kinds.take(kind, now) === 0) return true;
    this.counted.set(kind, (this.counted.get(kind) ?? 0) + 1);
    return false;
  }

  /** How many of each kind were counted only, since the last call. */
  takeCounted(): [AuditKind, number][] {
    const counted = [...this.counted];
    this.counted.clear();
    return counted;
  }
}
