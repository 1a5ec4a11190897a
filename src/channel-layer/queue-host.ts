import type { Discontinuity } from './channel-layer.js';
import type { FaultLog } from './fault-log.js';
import { MembershipWatch } from './membership-watch.js';
import { type Membership, Memberships } from './memberships.js';
import { processOf } from './names.js';
import type { QueueHostEvents, QueueHostOptions } from './queue-host.options.js';
import { QueueLink } from './queue-link.js';
import { type Call, QueuePeers, renewEveryMs } from './queue-peers.js';
import { addressName } from './redis-address.js';
import { backoff } from './redis-host.js';
import { patiently } from './waiters.js';

const openMs = 5000;
const batch = 500;
/** A link that lived shorter was no recovery: the pauses go on growing. */
const calmMs = 1000;
/** One Redis of the core layer, kept in reach: a link, and after its end another one with the same memberships. */
export class QueueHost {
  ready = false;
  /** Seconds. */
  readonly groupExpiry: number;
  private readonly name: string;
  private readonly memberships: Memberships;
  private readonly peers: QueuePeers;
  private readonly watch: MembershipWatch;
  private link?: QueueLink;
  /** A link has failed since the last one that was ready. */
  private away = false;
  private missed = false;
  private mending = false;
  private attempt = 0;
  private readyAt = 0;
  private reopening?: NodeJS.Timeout;
  private readonly renewing: NodeJS.Timeout;
  private readonly rejoining: NodeJS.Timeout;
  private closed = false;

  constructor(
    private readonly options: QueueHostOptions,
    private readonly events: QueueHostEvents,
    private readonly log: FaultLog,
  ) {
    this.name = addressName(options.host);
    this.groupExpiry = Math.ceil(options.groupExpiry);
    this.memberships = new Memberships(
      options.keys.record(options.process),
      options.groupExpiry,
      options.clock,
    );
    const call: Call = (...command) => this.call(...command);
    this.peers = new QueuePeers({ ...options, name: this.name, log }, call);
    this.watch = new MembershipWatch(this.memberships, call);
    this.renewing = setInterval(() => void this.renewLease(), renewEveryMs).unref();
    // At a quarter of their time: three renewals may fail. Timers overflow at 24 days.
    const quarter = Math.min((options.groupExpiry * 1000) / 4, 6 * 3_600_000);
    this.rejoining = setInterval(() => void this.rejoin(), quarter).unref();
    this.open();
  }

  /** Resolves when what is sent afterwards arrives. Where that cannot be known in time, a discontinuity follows. */
  async join(group: string, channel: string): Promise<void> {
    const membership = this.memberships.want(group, channel);
    if (membership.confirmed && this.ready) return;
    if (this.link) void this.confirm(this.link, [membership]);
    if (!this.away) await membership.waiters.wait();
    if (!membership.confirmed) membership.late = true;
  }

  async leave(group: string, channel: string): Promise<void> {
    this.memberships.forget(group, channel);
    if (this.link) await patiently(this.takeOut(this.link, group, channel));
  }

  /** Undefined where this host is away or too slow to take more: what is not sent is then told to the others. */
  call(...command: Parameters<QueueLink['call']>): Promise<unknown> | undefined {
    return this.ready && !this.link?.congested ? this.link?.call(...command) : undefined;
  }

  /** A message of ours did not get where it should: the other processes are told when that can be done. */
  owe(reason?: string): void {
    this.peers.owe();
    if (reason)
      this.log.warn(`refused ${this.name}`, `Redis ${this.name} did not take a message (${reason})`);
  }

  /** Whom Redis has in a group that we are in. Where we are missing, somebody emptied it, and surely not it alone. */
  compare(group: string, members: string[]): void {
    if (this.mending || members.some((name) => processOf(name) === this.options.process)) return;
    if (this.memberships.isConfirmed(group)) void this.mend();
  }

  /** What this process waits for has changed. */
  wake(): void {
    this.peers.wake();
  }

  /** Leaves every group and deletes our queues. The process stays. */
  async flush(): Promise<void> {
    this.memberships.clear();
    await this.peers.leave(this.events.queues().drained);
    await this.peers.renew();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.reopening);
    clearInterval(this.renewing);
    clearInterval(this.rejoining);
    this.peers.stop();
    this.memberships.release();
    // Closing waits for what was commanded before it.
    this.peers.leave(this.events.queues().drained).catch(() => undefined);
    this.ready = false;
    await this.link?.close();
  }

  private open(): void {
    const link = new QueueLink(this.options.host, {
      keys: () => {
        const { single, drained } = this.events.queues();
        return { single: [this.peers.inbox, ...single], drained };
      },
      popped: (key, member, score) => this.hear(key, member, score),
      took: (key, count, isRest) => this.events.took(key, count, isRest),
      down: (reason) => this.onDown(link, reason),
    });
    this.link = link;
    void this.start(link);
  }

  private async start(link: QueueLink): Promise<void> {
    const impatience = setTimeout(() => link.fail(`no answer for ${openMs / 1000} s`), openMs);
    if (await link.open()) await this.enter(link);
    clearTimeout(impatience);
  }

  /** The lease first: nothing of ours may be without one. */
  private async enter(link: QueueLink): Promise<void> {
    try {
      await this.peers.renew((...command) => link.call(...command));
    } catch (error) {
      return link.fail(String(error));
    }
    for (const { group, channel } of this.memberships.toLeave()) void this.takeOut(link, group, channel);
    while (this.link === link && !this.closed) {
      const missing = this.memberships.unconfirmed(batch);
      if (missing.length > 0) await this.confirm(link, missing);
      else return this.onReady(link); // in the same turn as the last look
    }
  }

  /** Also before the host is ready: a join may be on its way. */
  private async takeOut(link: QueueLink, group: string, channel: string): Promise<void> {
    try {
      const left = link.call('leave-group', [this.memberships.record, group], [channel]);
      if (left) await left.then(() => this.memberships.left(group, channel));
    } catch (error) {
      link.fail(String(error));
    }
  }

  private async confirm(link: QueueLink, memberships: Membership[]): Promise<void> {
    const { keys, args } = this.memberships.joinCall(memberships);
    try {
      const made = link.call('join-groups', keys, args);
      if (!made) return; // not connected yet: who opens it asks for all
      for (const foreign of (await made) as number[]) this.tellForeign(keys[foreign]!);
    } catch (error) {
      return link.fail(String(error));
    }
    if (this.link !== link) return;
    const late = memberships.some((membership) => membership.late);
    for (const membership of memberships) membership.confirmed = true;
    if (!this.ready) return;
    this.memberships.settle(memberships);
    if (late) this.tellDiscontinuity();
  }

  private tellForeign(key: string): void {
    this.log.warn(
      `foreign ${key}`,
      `${key} in Redis ${this.name} is no group: its messages stay in this process`,
    );
  }

  private onReady(link: QueueLink): void {
    const missed = this.missed || this.memberships.all().some((membership) => membership.late);
    this.ready = true;
    this.away = this.missed = false;
    this.readyAt = performance.now();
    this.memberships.settle(this.memberships.all());
    this.log.log(`ready ${this.name}`, `Redis ${this.name} is connected`);
    void link.pop();
    this.events.changed();
    if (missed) this.tellDiscontinuity();
    this.peers.settle();
  }

  private onDown(link: QueueLink, reason: string): void {
    if (this.link !== link || this.closed) return;
    this.link = undefined;
    const wasReady = this.ready;
    if (wasReady && performance.now() - this.readyAt >= calmMs) this.attempt = 0;
    this.ready = false;
    this.away = true;
    this.missed ||= wasReady;
    this.memberships.doubt();
    this.reopening = setTimeout(() => this.open(), backoff(this.attempt++));
    this.log.warn(
      `down ${this.name}`,
      `Redis ${this.name} is out of reach (${reason}): until it is back, messages go to this process only`,
    );
    if (wasReady) this.events.changed();
  }

  private hear(key: string, member: Buffer, score: number): void {
    if (key !== this.peers.inbox) this.events.popped(key, member, score);
    else if (this.peers.isNotice(member)) this.tellDiscontinuity('unsent');
  }

  private async renewLease(): Promise<void> {
    try {
      // Else the others took us for dead and cleared what was ours, or somebody emptied the groups: Django's flush().
      if ((await this.peers.renew()) && (await this.watch.holds())) return;
      await this.mend();
    } catch (error) {
      this.log.warn(`lease ${this.name}`, `Redis ${this.name} did not renew our lease (${String(error)})`);
    }
  }

  /** First we are in all groups again, then it is said: who compares positions afterwards misses nothing more. */
  private async mend(): Promise<void> {
    this.mending = true;
    await this.rejoin();
    this.mending = false;
    this.tellDiscontinuity();
  }

  private async rejoin(): Promise<void> {
    const { link } = this;
    if (!link || !this.ready) return;
    await Promise.all(this.memberships.inParts(batch).map((part) => this.confirm(link, part)));
  }

  private tellDiscontinuity(kind: Discontinuity = 'missed'): void {
    if (this.ready) this.events.discontinuity(kind);
    else this.missed = true;
  }
}
