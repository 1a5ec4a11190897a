import { Observable, type Subscriber } from 'rxjs';
import type { LayerMessage } from './channel-layer.js';

/** Who made a channel; counts what its channels drop. */
export interface ChannelOwner {
  dropped: number;
}

export interface MailboxOptions {
  capacity: number;
  /** Milliseconds after which an unread message is forgotten. */
  expiryMs: number;
  /** Monotonic milliseconds. */
  now: () => number;
}

/**
 * One channel: a queue, and at most one reader. While somebody reads, messages go straight through, on the microtask
 * after their arrival: a sender is never re-entered by what its message causes, and nothing is dropped in a burst.
 */
export class Mailbox {
  /** The groups it is in: kept by {@link LocalChannels}. */
  readonly groups = new Set<string>();
  private readonly queue: { message: LayerMessage; at: number }[] = [];
  private reader?: Subscriber<LayerMessage>;
  private scheduled = false;
  private closed = false;
  private usedAt: number;

  constructor(
    readonly channel: string,
    readonly owner: ChannelOwner,
    private readonly options: MailboxOptions,
  ) {
    this.usedAt = options.now();
  }

  /** Whether one message more would push out an unread one. */
  get full(): boolean {
    this.expire();
    return !this.reader && this.queue.length >= this.options.capacity;
  }

  /** Nobody reads it, no group feeds it, and what it held has expired. */
  get idle(): boolean {
    this.expire();
    const unused = this.options.now() - this.usedAt >= this.options.expiryMs;
    return !this.reader && this.groups.size === 0 && this.queue.length === 0 && unused;
  }

  /** Where the queue is full, the oldest message goes, and is counted. */
  offer(message: LayerMessage): void {
    if (this.closed) return;
    while (this.full) {
      this.queue.shift();
      this.owner.dropped++;
    }
    this.queue.push({ message, at: this.options.now() });
    this.usedAt = this.options.now();
    this.schedule();
  }

  /** What is queued, then what arrives. Completes on {@link close}; a second reader at a time gets an error. */
  read(): Observable<LayerMessage> {
    return new Observable((reader) => {
      if (this.closed) return reader.complete();
      if (this.reader) return reader.error(new Error(`channel ${this.channel} has a reader already`));
      this.expire();
      this.reader = reader;
      this.schedule();
      return () => {
        if (this.reader === reader) this.reader = undefined;
        this.usedAt = this.options.now();
      };
    });
  }

  clear(): void {
    this.queue.length = 0;
  }

  close(): void {
    this.closed = true;
    this.clear();
    this.reader?.complete();
  }

  private schedule(): void {
    if (this.scheduled || !this.reader || this.queue.length === 0) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      while (this.reader && this.queue.length > 0) this.reader.next(this.queue.shift()!.message);
    });
  }

  private expire(): void {
    if (this.reader) return;
    const oldest = this.options.now() - this.options.expiryMs;
    while (this.queue.length > 0 && this.queue[0]!.at <= oldest) this.queue.shift();
  }
}
