/** Allows `burst` at once and `perSecond` sustained, per key. Time is passed in, monotonic, in milliseconds. */
export class TokenBuckets {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();
  private nextSweepAt: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    /** Full buckets carry no information; above so many keys they are swept out. */
    private readonly sweepAt = 10_000,
  ) {
    this.nextSweepAt = sweepAt;
  }

  /** 0 where it is allowed, else how many milliseconds to wait until it would be. */
  take(key: string, now: number): number {
    const bucket = this.buckets.get(key);
    if (!bucket) {
      if (this.buckets.size >= this.nextSweepAt) this.sweep(now);
      this.buckets.set(key, { tokens: this.burst - 1, at: now });
      return 0;
    }
    bucket.tokens = Math.min(this.burst, bucket.tokens + ((now - bucket.at) / 1000) * this.perSecond);
    bucket.at = now;
    // Whoever waited as told must not fail for a rounding error.
    if (bucket.tokens >= 1 - 1e-9) {
      bucket.tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - bucket.tokens) / this.perSecond) * 1000);
  }

  private sweep(now: number): void {
    const refillMs = (this.burst / this.perSecond) * 1000;
    for (const [key, bucket] of this.buckets) if (now - bucket.at >= refillMs) this.buckets.delete(key);
    // Those that are left are in use. To look through them again for each new one would cost more, the more there are.
    this.nextSweepAt = Math.max(this.sweepAt, this.buckets.size * 2);
  }
}
