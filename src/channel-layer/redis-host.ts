import type { RedisOptions } from 'ioredis';
import type { Discontinuity } from './channel-layer.js';
import type { FaultLog } from './fault-log.js';
import { globOf } from './group-scan.js';
import type { LinkEvents } from './link.js';
import { LinkKeeper } from './link-keeper.js';
import { Marks } from './marks.js';
import { hex32 } from './names.js';
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
  /** The present link was told to. */
  asked: boolean;
  confirmed: boolean;
  /** Somebody stopped waiting for the confirmation. */
  late: boolean;
  waiters: Waiters;
}

const batch = 500;

/**
 * The subscriptions and messages of one Redis server. No call waits for a server that is known to be away, and none
 * longer than a second for one that is not.
 *
 * A process that could not publish tells the others so when it can again: they have missed something without any fault
 * of theirs. The notice is the sender's id on a private channel of ours.
 */
export class RedisHost {
  private readonly id = hex32();
  private readonly keeper: LinkKeeper<RedisLink>;
  private readonly noticeChannel: string;
  private readonly markChannel: string;
  private readonly marks = new Marks();
  private marking = false;
  private markSoon?: Promise<void>;
  private readonly wanted = new Map<string, Wanted>();
  private owesNotice = false;

  constructor(
    private readonly options: { host: RedisOptions; prefix: string },
    private readonly events: HostEvents,
    private readonly log: FaultLog,
  ) {
    this.noticeChannel = `nchat:missed:${options.prefix}`;
    this.markChannel = `nchat:mark:${options.prefix}`;
    this.want(this.noticeChannel);
    this.keeper = new LinkKeeper<RedisLink>(
      options.host,
      {
        newLink: (link) => this.newLink(link),
        prepare: (link) => this.prepare(link),
        settled: () => this.settled(),
        alive: (link) => this.settle(link),
        silent: () => this.release(),
        lost: () => this.lost(),
      },
      events,
      log,
    );
    this.keeper.open();
  }

  get ready(): boolean {
    return this.keeper.ready;
  }

  /**
   * Resolves when what is published afterwards will be heard. Where that cannot be known in time, resolves too: the
   * subscription is then made later, and a discontinuity follows it.
   */
  async subscribe(channel: string): Promise<void> {
    let entry = this.wanted.get(channel);
    if (!entry) {
      entry = this.want(channel);
      const { ready, link } = this.keeper;
      if (ready && link) void this.confirm(link, [[channel, entry]]);
    }
    if (entry.confirmed && this.ready) return;
    if (!this.keeper.away) await entry.waiters.wait();
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
    const entry = this.wanted.get(channel);
    if (!entry) return;
    this.wanted.delete(channel);
    entry.waiters.release();
    if (entry.asked) this.keeper.link?.unsubscribe(channel);
  }

  /** False where it was not sent: counted by the caller, and told to the other processes later. */
  publish(channel: string, payload: Buffer): boolean {
    const { ready, link } = this.keeper;
    if (ready && link?.publish(channel, payload, (reason) => this.onUnpublished(link, reason))) return true;
    this.owesNotice = true;
    return false;
  }

  /** Channels that anybody subscribes to, which begin so. Nothing where Redis is away. */
  async channels(startsWith: string): Promise<string[]> {
    return (this.ready && (await this.keeper.link?.channels(`${globOf(startsWith)}*`))) || [];
  }

  async close(): Promise<void> {
    this.marks.lose();
    this.release();
    await this.keeper.close();
  }

  private want(channel: string): Wanted {
    const entry = { asked: false, confirmed: false, late: false, waiters: new Waiters() };
    this.wanted.set(channel, entry);
    return entry;
  }

  private newLink(events: LinkEvents): RedisLink {
    return new RedisLink(this.options.host, {
      ...events,
      message: (channel, payload) => this.hear(channel, payload),
    });
  }

  private prepare(link: RedisLink): Promise<void> | undefined {
    const missing = [...this.wanted].filter(([, entry]) => !entry.confirmed).slice(0, batch);
    return missing.length > 0 ? this.confirm(link, missing) : undefined;
  }

  /** Of the entries themselves, not of their names: one may have been given up and wanted anew meanwhile. */
  private async confirm(link: RedisLink, entries: [channel: string, entry: Wanted][]): Promise<void> {
    for (const [, entry] of entries) entry.asked = true;
    try {
      await link.subscribe(entries.map(([channel]) => channel));
    } catch {
      return; // the link is down, and has said so
    }
    if (this.keeper.link !== link) return;
    for (const [, entry] of entries) entry.confirmed = true;
    if (!this.ready) return;
    const late = entries.some(([, entry]) => entry.late);
    for (const [, entry] of entries) entry.waiters.release();
    if (late) this.keeper.tellDiscontinuity();
  }

  private settled(): boolean {
    const late = [...this.wanted.values()].some((entry) => entry.late);
    for (const entry of this.wanted.values()) {
      entry.late = false;
      entry.waiters.release();
    }
    if (this.marking) void this.mark();
    return late;
  }

  private lost(): void {
    this.marks.lose();
    for (const entry of this.wanted.values()) entry.asked = entry.confirmed = false;
    this.release();
  }

  private release(): void {
    for (const entry of this.wanted.values()) entry.waiters.release();
  }

  private async mark(): Promise<void> {
    if (!this.ready || !this.publish(this.markChannel, Buffer.from(this.marks.next()))) return;
    await this.marks.heardOurs();
  }

  private onUnpublished(link: RedisLink, reason: string): void {
    this.owesNotice = true;
    this.events.unpublished();
    if (this.ready && this.keeper.link === link)
      this.log.warn(
        `refused ${this.keeper.name}`,
        `Redis ${this.keeper.name} did not take a message (${reason})`,
      );
  }

  private settle(link: RedisLink): void {
    if (!this.ready || !this.owesNotice || this.keeper.link !== link) return;
    this.owesNotice = !link.publish(this.noticeChannel, Buffer.from(this.id), () => (this.owesNotice = true));
  }

  private hear(channel: string, payload: Buffer): void {
    if (channel === this.markChannel) return this.marks.hear(payload.toString('latin1'), this.confirmed());
    if (channel !== this.noticeChannel)
      return this.events.message(channel, payload, this.marking ? this.marks.count(channel) : undefined);
    if (payload.toString('latin1') !== this.id) this.keeper.tellDiscontinuity('unsent');
  }

  private confirmed(): string[] {
    return [...this.wanted].flatMap(([channel, entry]) => (entry.confirmed ? [channel] : []));
  }
}
