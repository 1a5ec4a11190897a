import { hex32 } from './names.js';
import { Waiters } from './waiters.js';

/**
 * Names for messages that carry none. One Redis sends to all its subscribers in one order, over all channels; so who
 * heard the same mark, and every message of a channel since, counts alike: "the seventh on this channel since that
 * mark" is the same message for all of them.
 *
 * Of one link: what comes after a lost message would be counted wrong, so the end of a link ends the counting.
 */
export class Marks {
  private mark?: string;
  /** By channel; only of those that were subscribed when the mark was heard. */
  private readonly counts = new Map<string, number>();
  private mine?: string;
  private readonly waiters = new Waiters();

  /** A mark of ours, to be published. The newest one alone is waited for. */
  next(): string {
    return (this.mine = hex32());
  }

  /** Resolves when the mark of {@link next} has come back, or after a second. */
  heardOurs(): Promise<void> {
    return this.waiters.wait();
  }

  /** `subscribed`: nothing that is said on these can escape us from here on. */
  hear(mark: string, subscribed: Iterable<string>): void {
    this.mark = mark;
    this.counts.clear();
    for (const channel of subscribed) this.counts.set(channel, 0);
    if (mark === this.mine) this.waiters.release();
  }

  /** To be called for every message of a channel, whatever it holds. */
  count(channel: string): string | undefined {
    const before = this.counts.get(channel);
    if (before === undefined) return undefined;
    this.counts.set(channel, before + 1);
    return `${this.mark}.${before + 1}`;
  }

  /** The channel was given up: whoever takes it up again has missed some. */
  forget(channel: string): void {
    this.counts.delete(channel);
  }

  /** The link has ended. */
  lose(): void {
    this.mark = undefined;
    this.counts.clear();
    this.waiters.release();
  }
}
