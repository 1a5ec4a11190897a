import type { User } from '../protocol/index.js';

/** A session that was found valid. */
export interface LiveSession {
  id: string;
  user: User;
  expiresAt: number;
  /** When it is over however much it is used. */
  absoluteEnd: number;
  /** Its end was moved when it was read, so the browser's cookie must be too. */
  renewed: boolean;
}

interface Entry {
  until: number;
  loading: Promise<LiveSession | null>;
  live?: LiveSession;
}

/**
 * Remembers valid sessions for a few seconds, so that a storm of reconnects asks the database once per session.
 *
 * What ends a session or renames a person in this process counts for the next request: Better Auth's database hooks
 * call `drop` and `dropPerson`, and what a read under way then finds is not kept. Another process
 * hears of it at once, and within `ttlMs` where a word of it is lost. While it is known that none arrives, `pause` lets
 * every request ask.
 */
export class SessionCache {
  private readonly entries = new Map<string, Entry>();
  private isPaused = false;

  constructor(
    private readonly ttlMs = 5_000,
    private readonly capacity = 10_000,
    private readonly now: () => number = Date.now,
  ) {}

  /** What `load` found no longer than `ttlMs` ago. Calls at the same time share one `load`; only finds are kept. */
  async get(token: string, load: () => Promise<LiveSession | null>): Promise<LiveSession | null> {
    if (this.isPaused) return load();
    const known = this.entries.get(token);
    if (known && known.until > this.now()) return known.loading;

    const entry: Entry = { until: this.now() + this.ttlMs, loading: load() };
    this.entries.delete(token);
    this.entries.set(token, entry);
    this.makeRoom();
    try {
      const live = await entry.loading;
      if (live) entry.live = live;
      else this.remove(token, entry);
      return live;
    } catch (error) {
      this.remove(token, entry);
      throw error;
    }
  }

  /** What was found until now is forgotten, and nothing is kept until it is over. */
  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.entries.clear();
  }

  drop(token: string): void {
    this.entries.delete(token);
  }

  /** Reads under way go too: whose they are is not known yet. */
  dropPerson(userId: string): void {
    for (const [token, { live }] of this.entries) {
      if (!live || live.user.id === userId) this.entries.delete(token);
    }
  }

  private remove(token: string, entry: Entry): void {
    if (this.entries.get(token) === entry) this.entries.delete(token);
  }

  /** The oldest goes first: entries are in the order they were read. */
  private makeRoom(): void {
    for (const token of this.entries.keys()) {
      if (this.entries.size <= this.capacity) return;
      this.entries.delete(token);
    }
  }
}
