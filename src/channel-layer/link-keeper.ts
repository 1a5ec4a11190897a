import type { Discontinuity } from './channel-layer.js';
import type { FaultLog } from './fault-log.js';

/** One life of the connections to one Redis. It never reconnects: the first fault ends it. */
export interface Link {
  /** Resolves when commands can be given, true; or false where it failed, which is `down`, never a rejection. */
  open(): Promise<boolean>;
  /** Ends it now. Also for who started it and will not wait longer. */
  fail(reason: string): void;
  /** What was commanded is still done, within a second; then it ends. */
  close(): Promise<void>;
}

export interface LinkEvents {
  /** Once, and nothing after it. Not for {@link Link.close}. */
  down(reason: string): void;
}

/** Whose links they are, and what they should hold. */
export interface LinkOwner<L extends Link> {
  /** Of the Redis, as the operator knows it. */
  readonly name: string;
  /** Not opened yet. */
  newLink(events: LinkEvents): L;
  /** The next step towards a link that holds all that it should, never rejecting; undefined where nothing is missing. */
  prepare(link: L): Promise<unknown> | undefined;
  /** All is there. Returns whether somebody has stopped waiting for something of it. */
  settled(): boolean;
  /** Everybody knows that this link is ready. */
  entered(link: L): void;
  /** The link has ended, and all that it held with it. */
  lost(): void;
  /** `ready` has changed. */
  changed(): void;
  /** Messages may have been missed; comes after `changed`. */
  discontinuity(kind: Discontinuity): void;
}

const openMs = 5000;
/** A link that lived shorter was no recovery: the pauses go on growing. */
const calmMs = 1000;
/** Milliseconds before the next link: at most a second. */
const backoff = (attempt: number) => Math.min(1000, 25 * 2 ** attempt) * (0.5 + Math.random() / 2);

/** One Redis, kept in reach: a link, and after its end another one that holds the same. */
export class LinkKeeper<L extends Link> {
  ready = false;
  /** A link has failed since the last one that was ready; false while the first one is being opened. */
  away = false;
  link?: L;
  private missed = false;
  private attempt = 0;
  private readyAt = 0;
  private timer?: NodeJS.Timeout;
  private closed = false;

  constructor(
    private readonly owner: LinkOwner<L>,
    private readonly log: FaultLog,
  ) {}

  /** Throws for options that the client does not understand: at the first time. */
  open(): void {
    const link = this.owner.newLink({ down: (reason) => this.onDown(link, reason) });
    this.link = link;
    void this.start(link);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.ready = false;
    clearTimeout(this.timer);
    await this.link?.close();
  }

  /** Messages may have been missed. Told now, or when the next link is ready. */
  tellDiscontinuity(kind: Discontinuity = 'missed'): void {
    if (this.ready) this.owner.discontinuity(kind);
    else this.missed = true;
  }

  private async start(link: L): Promise<void> {
    const impatience = setTimeout(() => link.fail(`no answer for ${openMs / 1000} s`), openMs);
    if (await link.open()) await this.enter(link);
    clearTimeout(impatience);
  }

  private async enter(link: L): Promise<void> {
    while (this.link === link && !this.closed) {
      const step = this.owner.prepare(link);
      // In the same turn as the last look: what is wanted from now on is sent at once.
      if (!step) return this.onReady(link);
      await step;
    }
  }

  private onReady(link: L): void {
    this.ready = true;
    const missed = this.owner.settled() || this.missed;
    this.away = this.missed = false;
    this.readyAt = performance.now();
    this.log.log(`ready ${this.owner.name}`, `Redis ${this.owner.name} is connected`);
    this.owner.changed();
    if (missed) this.tellDiscontinuity();
    this.owner.entered(link);
  }

  private onDown(link: L, reason: string): void {
    if (this.link !== link || this.closed) return;
    this.link = undefined;
    const wasReady = this.ready;
    if (wasReady && performance.now() - this.readyAt >= calmMs) this.attempt = 0;
    this.ready = false;
    this.away = true;
    this.missed ||= wasReady;
    this.owner.lost();
    this.timer = setTimeout(() => this.open(), backoff(this.attempt++));
    this.log.warn(
      `down ${this.owner.name}`,
      `Redis ${this.owner.name} is out of reach (${reason}): until it is back, messages go to this process only`,
    );
    if (wasReady) this.owner.changed();
  }
}
