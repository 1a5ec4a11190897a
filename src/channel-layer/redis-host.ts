import type { RedisOptions } from 'ioredis';
import type { Discontinuity } from './channel-layer.js';
import type { FaultLog } from './fault-log.js';
import { globOf } from './group-scan.js';
import { Marks } from './marks.js';
import { hex32 } from './names.js';
import { addressName } from './redis-address.js';
import { RedisLink } from './redis-link.js';
import { Waiters } from './waiters.js';

export interface HostEvents {
  /** `id`: where names were asked for, and can be given. */
  message(channel: string, payload: Buffer, id: string | undefined): void;
  /** `ready` has changed. */
  changed(): void;
  /** Messages may have been missed; comes after `changed`. */
  discontinuity(kind: Discontinuity): void;
  /** A message that was given to `publish` did not reach Redis, as far as we know. */
  unpublished(): void;
}

/** A channel that should be subscribed. */
interface Wanted {
  confirmed: boolean;
  /** Somebody stopped waiting for the confirmation. */
  late: boolean;
  waiters: Waiters;
}

const openMs = 5000;
const batch = 500;
/** A link that lived shorter was no recovery: the pauses go on growing. */
const calmMs = 1000;
/** Milliseconds before the next link: at most a second. */
export const backoff = (attempt: number) => Math.min(1000, 25 * 2 ** attempt) * (0.5 + Math.random() / 2);

/**
 * One Redis server, kept in reach: a link, and after its end another one with the same subscriptions. No call waits for
 * a server that is known to be away, and none longer than a second for one that is not.
 *
 * A process that could not publish tells the others so when it can again: they have missed something without any fault
 * of theirs. The notice is the sender's id on a private channel of ours.
 */
export class RedisHost {
  ready = false;
  private readonly id = hex32();
  private readonly name: string;
  private readonly noticeChannel: string;
  private readonly markChannel: string;
  private readonly marks = new Marks();
  private marking = false;
  private markSoon?: Promise<void>;
  private readonly wanted = new Map<string, Wanted>();
  private link?: RedisLink;
  /** A link has failed since the last one that was ready; false while the first one is being opened. */
  private away = false;
  private missed = false;
  private owesNotice = false;
  private attempt = 0;
  private readyAt = 0;
  private timer?: NodeJS.Timeout;
  private closed = false;

  constructor(
    private readonly options: { host: RedisOptions; prefix: string },
    private readonly events: HostEvents,
    private readonly log: FaultLog,
  ) {
    this.name = addressName(options.host);
    this.noticeChannel = `nchat:missed:${options.prefix}`;
    this.markChannel = `nchat:mark:${options.prefix}`;
    this.wanted.set(this.noticeChannel, { confirmed: false, late: false, waiters: new Waiters() });
    this.open();
  }

  /**
   * Resolves when what is published afterwards will be heard. Where that cannot be known in time, resolves too: the
   * subscription is then made later, and a discontinuity follows it.
   */
  async subscribe(channel: string): Promise<void> {
    let entry = this.wanted.get(channel);
    if (!entry) {
      entry = { confirmed: false, late: false, waiters: new Waiters() };
      this.wanted.set(channel, entry);
      if (this.ready && this.link) void this.confirm(this.link, [[channel, entry]]);
    }
    if (entry.confirmed && this.ready) return;
    if (!this.away) await entry.waiters.wait();
    if (!entry.confirmed) entry.late = true;
  }

  /** Resolves when messages of the channels that are subscribed now have names; on the next link they will again. */
  async identify(): Promise<void> {
    this.marking = true;
    await this.subscribe(this.markChannel);
    // Many groups that are joined together need one mark.
    this.markSoon ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.markSoon = undefined;
      return this.mark();
    });
    await this.markSoon;
  }

  unsubscribe(channel: string): void {
    this.marks.forget(channel);
    this.wanted.get(channel)?.waiters.release();
    if (this.wanted.delete(channel)) this.link?.unsubscribe(channel);
  }

  /** False where it was not sent: counted by the caller, and told to the other processes later. */
  publish(channel: string, payload: Buffer): boolean {
    const { link } = this;
    if (this.ready && link?.publish(channel, payload, (reason) => this.onUnpublished(link, reason)))
      return true;
    this.owesNotice = true;
    return false;
  }

  /** Channels that anybody subscribes to, which begin so. Nothing where Redis is away. */
  async channels(startsWith: string): Promise<string[]> {
    return (this.ready && (await this.link?.channels(`${globOf(startsWith)}*`))) || [];
  }

  async close(): Promise<void> {
    this.closed = true;
    this.ready = false;
    clearTimeout(this.timer);
    this.marks.lose();
    for (const entry of this.wanted.values()) entry.waiters.release();
    await this.link?.close();
  }

  /** Throws for options that ioredis does not understand: at the first time, out of the constructor. */
  private open(): void {
    const link = new RedisLink(this.options.host, {
      message: (channel, payload) => this.hear(channel, payload),
      alive: () => this.settle(link),
      down: (reason) => this.onDown(link, reason),
    });
    this.link = link;
    void this.start(link);
  }

  private async start(link: RedisLink): Promise<void> {
    const impatience = setTimeout(() => link.fail(`no answer for ${openMs / 1000} s`), openMs);
    await link.open();
    while (this.link === link && !this.closed) {
      const missing = [...this.wanted].filter(([, entry]) => !entry.confirmed).slice(0, batch);
      if (missing.length > 0) await this.confirm(link, missing);
      else {
        // In the same turn as the last look: what is wanted from now on is sent at once.
        this.onReady(link);
        break;
      }
    }
    clearTimeout(impatience);
  }

  /** Of the entries themselves, not of their names: one may have been given up and wanted anew meanwhile. */
  private async confirm(link: RedisLink, entries: [channel: string, entry: Wanted][]): Promise<void> {
    try {
      await link.subscribe(entries.map(([channel]) => channel));
    } catch {
      return; // the link is down, and has said so
    }
    if (this.link !== link) return;
    for (const [, entry] of entries) entry.confirmed = true;
    if (!this.ready) return;
    const late = entries.some(([, entry]) => entry.late);
    for (const [, entry] of entries) entry.waiters.release();
    if (late) this.tellDiscontinuity();
  }

  private onReady(link: RedisLink): void {
    const missed = this.missed || [...this.wanted.values()].some((entry) => entry.late);
    this.ready = true;
    this.away = this.missed = false;
    this.readyAt = performance.now();
    for (const entry of this.wanted.values()) {
      entry.late = false;
      entry.waiters.release();
    }
    this.log.log(`ready ${this.name}`, `Redis ${this.name} is connected`);
    this.events.changed();
    if (missed) this.tellDiscontinuity();
    this.settle(link);
    if (this.marking) void this.mark();
  }

  private async mark(): Promise<void> {
    if (!this.ready || !this.publish(this.markChannel, Buffer.from(this.marks.next()))) return;
    await this.marks.heardOurs();
  }

  private onDown(link: RedisLink, reason: string): void {
    if (this.link !== link || this.closed) return;
    this.link = undefined;
    const wasReady = this.ready;
    if (wasReady && performance.now() - this.readyAt >= calmMs) this.attempt = 0;
    this.ready = false;
    this.away = true;
    this.missed ||= wasReady;
    this.marks.lose();
    for (const entry of this.wanted.values()) {
      entry.confirmed = false;
      entry.waiters.release();
    }
    this.timer = setTimeout(() => this.open(), backoff(this.attempt++));
    this.log.warn(
      `down ${this.name}`,
      `Redis ${this.name} is out of reach (${reason}): until it is back, messages go to this process only`,
    );
    if (wasReady) this.events.changed();
  }

  private onUnpublished(link: RedisLink, reason: string): void {
    this.owesNotice = true;
    this.events.unpublished();
    if (this.link === link && !this.closed)
      this.log.warn(`refused ${this.name}`, `Redis ${this.name} did not take a message (${reason})`);
  }

  private settle(link: RedisLink): void {
    if (!this.ready || !this.owesNotice || this.link !== link) return;
    this.owesNotice = !link.publish(this.noticeChannel, Buffer.from(this.id), () => (this.owesNotice = true));
  }

  private hear(channel: string, payload: Buffer): void {
    if (channel === this.markChannel) return this.marks.hear(payload.toString('latin1'), this.confirmed());
    if (channel !== this.noticeChannel)
      return this.events.message(channel, payload, this.marking ? this.marks.count(channel) : undefined);
    if (payload.toString('latin1') !== this.id) this.tellDiscontinuity('unsent');
  }

  private confirmed(): string[] {
    return [...this.wanted].flatMap(([channel, entry]) => (entry.confirmed ? [channel] : []));
  }

  private tellDiscontinuity(kind: Discontinuity = 'missed'): void {
    if (this.ready) this.events.discontinuity(kind);
    else this.missed = true;
  }
}
