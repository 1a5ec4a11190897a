import type { RedisOptions } from 'ioredis';
import type { Discontinuity } from './channel-layer.js';
import type { FaultLog } from './fault-log.js';
import type { Link, LinkEvents } from './link.js';
import { addressName } from './redis-address.js';
import { backoff, impatience, Scout } from './scout.js';

/** Whose links they are, and what they should hold. */
export interface LinkOwner<L extends Link> {
  /** Not opened yet. */
  newLink(events: LinkEvents): L;
  /** The next step towards a link that holds all that it should, never rejecting; undefined where nothing is missing. */
  prepare(link: L): Promise<unknown> | undefined;
  /** All is there, and the link is used from now on. Returns whether somebody has stopped waiting for some of it. */
  settled(link: L): boolean;
  /** A link that is ready has answered. */
  alive?(link: L): void;
  /** Nobody should wait for the link, which may still hold all that it did. */
  silent(): void;
  /** The link has ended, and all that it held with it. */
  lost(): void;
}

/** Whoever uses the host that the owner is. */
interface Listener {
  /** `ready` has changed. */
  changed(): void;
  /** Messages may have been missed; comes after `changed`. */
  discontinuity(kind: Discontinuity): void;
}

/** A link that lived shorter was no recovery: the pauses go on growing. */
const calmMs = 1000;
/** One each 750 ms: who was answered as often on a new connection has given the old one time enough. */
const answersNeeded = 3;

/**
 * One Redis, kept in reach: a link, and after its end another one that holds the same.
 *
 * A link that is merely silent is kept: a Redis that stood still first serves what lies in its buffers, and who is no
 * longer there misses it. It is given up where a new connection works and it stays silent, or where that leads elsewhere:
 * the master that it led to has been replaced.
 */
export class LinkKeeper<L extends Link> {
  ready = false;
  /** No link has been ready since one failed, or fell silent; false while the first one is being opened. */
  away = false;
  link?: L;
  /** The link was ready once: its end loses something. */
  private holds = false;
  /** To be told when there is a link that is ready. */
  private untold?: Discontinuity;
  /** While the link is silent. */
  private scout?: Scout;
  private attempt = 0;
  private readyAt = 0;
  private timer?: NodeJS.Timeout;
  private closed = false;

  /** Of the Redis, as the operator knows it. */
  readonly name: string;
  /** Sentinels are asked where it is, and may say something else the next time. */
  private readonly mayMove: boolean;

  constructor(
    host: RedisOptions,
    private readonly owner: LinkOwner<L>,
    private readonly listener: Listener,
    private readonly log: FaultLog,
  ) {
    this.name = addressName(host);
    this.mayMove = host.sentinels !== undefined;
  }

  /** Throws for options that the client does not understand: at the first time. */
  open(): void {
    const link = this.owner.newLink({
      alive: () => this.onAlive(link),
      silent: (reason) => this.onSilent(link, reason),
      down: (reason) => this.onDown(link, reason),
    });
    this.link = link;
    void this.start(link);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.ready = false;
    clearTimeout(this.timer);
    this.scout?.stop();
    await this.link?.close();
  }

  /** Messages may have been missed. Told now, or when there is a link that is ready. */
  tellDiscontinuity(kind: Discontinuity = 'missed'): void {
    if (this.ready) this.listener.discontinuity(kind);
    else if (this.untold !== 'missed') this.untold = kind;
  }

  private async start(link: L): Promise<void> {
    const clock = impatience(link);
    if (await link.open()) await this.enter(link);
    clearTimeout(clock);
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
    if (this.owner.settled(link)) this.untold = 'missed';
    // Others of ours found it silent, too, and published nothing.
    else if (this.holds) this.untold ??= 'unsent';
    const kind = this.untold;
    this.holds = true;
    this.away = false;
    this.untold = undefined;
    this.readyAt = performance.now();
    this.log.log(`ready ${this.name}`, `Redis ${this.name} is connected`);
    this.listener.changed();
    if (kind) this.tellDiscontinuity(kind);
    this.owner.alive?.(link);
  }

  private onAlive(link: L): void {
    if (this.link !== link || this.closed) return;
    if (this.ready) return this.owner.alive?.(link);
    // An old master may wake up after it was replaced.
    if (!this.scout || (this.mayMove && this.scout.peer === undefined)) return;
    this.dismissScout();
    void this.enter(link);
  }

  private onSilent(link: L, reason: string): void {
    if (this.link !== link || this.closed || this.scout) return;
    if (!this.ready) return link.fail(reason);
    this.scout = new Scout(
      (events) => this.owner.newLink(events),
      () => this.onScout(link),
    );
    this.owner.silent();
    this.becomeAway(reason);
  }

  private onScout(link: L): void {
    const { peer, answers = 0 } = this.scout ?? {};
    if (peer !== undefined && peer !== link.peer) link.fail(`it is at ${peer} now`);
    else if (answers >= answersNeeded) link.fail('it answers on a new connection only');
  }

  private onDown(link: L, reason: string): void {
    if (this.link !== link || this.closed) return;
    this.link = undefined;
    this.dismissScout();
    if (this.holds) this.untold = 'missed';
    this.holds = false;
    this.owner.lost();
    this.becomeAway(reason);
    this.timer = setTimeout(() => this.open(), backoff(this.attempt++));
  }

  private becomeAway(reason: string): void {
    const wasReady = this.ready;
    if (wasReady && performance.now() - this.readyAt >= calmMs) this.attempt = 0;
    this.ready = false;
    this.away = true;
    this.log.warn(
      `down ${this.name}`,
      `Redis ${this.name} is out of reach (${reason}): until it is back, messages go to this process only`,
    );
    if (wasReady) this.listener.changed();
  }

  private dismissScout(): void {
    this.scout?.stop();
    this.scout = undefined;
  }
}
