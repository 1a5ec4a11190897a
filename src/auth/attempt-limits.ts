interface Window {
  count: number;
  endsAt: number;
}

interface Rule {
  /** Seconds. */
  window: number;
  max: number;
}

/**
 * How often an address may ask the sign-in routes; kept here because Better Auth's own memory walks all its entries on
 * every request. Windows are fixed; a flood of addresses pushes out the oldest ones.
 */
export class AttemptLimits {
  private readonly windows = new Map<string, Window>();

  constructor(
    private readonly capacity = 50_000,
    private readonly now: () => number = Date.now,
  ) {}

  /** `retryAfter` is in seconds. */
  consume(key: string, rule: Rule): { allowed: boolean; retryAfter: number | null } {
    const now = this.now();
    const current = this.windows.get(key);
    if (current && current.endsAt > now) {
      current.count += 1;
      if (current.count <= rule.max) return { allowed: true, retryAfter: null };
      return { allowed: false, retryAfter: Math.ceil((current.endsAt - now) / 1000) };
    }
    this.windows.delete(key);
    this.windows.set(key, { count: 1, endsAt: now + rule.window * 1000 });
    for (const oldest of this.windows.keys()) {
      if (this.windows.size <= this.capacity) break;
      this.windows.delete(oldest);
    }
    return { allowed: true, retryAfter: null };
  }
}
