import type { FaultLog } from './fault-log.js';
import type { LinkEvents } from './link.js';
import { LinkKeeper } from './link-keeper.js';
import { MembershipWatch } from './membership-watch.js';
import { type Membership, Memberships } from './memberships.js';
import { processOf } from './names.js';
import type { QueueHostEvents, QueueHostOptions } from './queue-host.options.js';
import { QueueLink } from './queue-link.js';
import { type Call, QueuePeers, renewEveryMs } from './queue-peers.js';
import { patiently } from './waiters.js';

const batch = 500;

/** The memberships and queues of one Redis of the core layer. */
export class QueueHost {
  /** Seconds. */
  readonly groupExpiry: number;
  private readonly memberships: Memberships;
  private readonly peers: QueuePeers;
  private readonly watch: MembershipWatch;
  private readonly keeper: LinkKeeper<QueueLink>;
  /** On the link that this is, and since it was silent, our lease was renewed before anything else. */
  private leasedOn?: QueueLink;
  private silentLink?: QueueLink;
  private mending = false;
  private readonly renewing: NodeJS.Timeout;
  private readonly rejoining: NodeJS.Timeout;

  constructor(
    private readonly options: QueueHostOptions,
    private readonly events: QueueHostEvents,
    private readonly log: FaultLog,
  ) {
    this.groupExpiry = Math.ceil(options.groupExpiry);
    this.memberships = new Memberships(
      options.keys.record(options.process),
      options.groupExpiry,
      options.clock,
    );
    const call: Call = (...command) => this.call(...command);
    this.renewing = setInterval(() => void this.renewLease(), renewEveryMs).unref();
    // At a quarter of their time: three renewals may fail. Timers overflow at 24 days.
    const quarter = Math.min((options.groupExpiry * 1000) / 4, 6 * 3_600_000);
    this.rejoining = setInterval(() => void this.rejoin(), quarter).unref();
    this.keeper = new LinkKeeper<QueueLink>(
      options.host,
      {
        newLink: (link) => this.newLink(link),
        prepare: (link) => this.prepare(link),
        settled: (link) => this.settled(link),
        silent: () => this.doubt(),
        lost: () => this.doubt(),
      },
      events,
      log,
    );
    this.peers = new QueuePeers({ ...options, name: this.keeper.name, log }, call);
    this.watch = new MembershipWatch(this.memberships, call);
    this.keeper.open();
  }

  get ready(): boolean {
    return this.keeper.ready;
  }

  /** Resolves when what is sent afterwards arrives. Where that cannot be known in time, a discontinuity follows. */
  async join(group: string, channel: string): Promise<void> {
    const membership = this.memberships.want(group, channel);
    if (membership.confirmed && this.ready) return;
    const { link, away } = this.keeper;
    if (link && !link.silent) void this.confirm(link, [membership]);
    if (!away) await membership.waiters.wait();
    if (!membership.confirmed) membership.late = true;
  }

  async leave(group: string, channel: string): Promise<void> {
    this.memberships.forget(group, channel);
    const { link } = this.keeper;
    if (link && !link.silent) await patiently(this.takeOut(link, group, channel));
  }

  /** Undefined where this host is away or too slow to take more: what is not sent is then told to the others. */
  call(...command: Parameters<QueueLink['call']>): Promise<unknown> | undefined {
    const { ready, link } = this.keeper;
    return ready && !link?.congested ? link?.call(...command) : undefined;
  }

  /** What follows from an answer of this host: it has just come, whatever was thought of the link until then. */
  followUp(...command: Parameters<QueueLink['call']>): Promise<unknown> | undefined {
    const { link } = this.keeper;
    return link?.congested ? undefined : link?.call(...command);
  }

  /** A message of ours did not get where it should: the other processes are told when that can be done. */
  owe(reason?: string): void {
    this.peers.owe();
    if (reason)
      this.log.warn(
        `refused ${this.keeper.name}`,
        `Redis ${this.keeper.name} did not take a message (${reason})`,
      );
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
    clearInterval(this.renewing);
    clearInterval(this.rejoining);
    this.peers.stop();
    this.memberships.release();
    // Closing waits for what was commanded before it.
    this.peers.leave(this.events.queues().drained).catch(() => undefined);
    await this.keeper.close();
  }

  private newLink(events: LinkEvents): QueueLink {
    return new QueueLink(this.options.host, {
      ...events,
      keys: () => {
        const { single, drained } = this.events.queues();
        return { single: [this.peers.inbox, ...single], drained };
      },
      popped: (key, member, score) => this.hear(key, member, score),
      took: (key, count, isRest) => this.events.took(key, count, isRest),
    });
  }

  /** The lease first: nothing of ours may be without one. */
  private prepare(link: QueueLink): Promise<void> | undefined {
    if (this.leasedOn !== link) return this.lease(link);
    const missing = this.memberships.unconfirmed(batch);
    return missing.length > 0 ? this.confirm(link, missing) : undefined;
  }

  private async lease(link: QueueLink): Promise<void> {
    try {
      const wasAlive = await this.peers.renew((...command) => link.call(...command));
      // It ran out while the link was silent: the others may have cleared what was ours.
      if (!wasAlive && this.silentLink === link) {
        this.memberships.doubt();
        this.keeper.tellDiscontinuity();
      }
    } catch (error) {
      return link.fail(String(error));
    }
    this.leasedOn = link;
    for (const { group, channel } of this.memberships.toLeave()) void this.takeOut(link, group, channel);
  }

  private doubt(): void {
    this.silentLink = this.leasedOn;
    this.leasedOn = undefined;
    this.memberships.doubt();
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
    if (this.keeper.link !== link) return;
    const late = memberships.some((membership) => membership.late);
    for (const membership of memberships) membership.confirmed = true;
    if (!this.ready) return;
    this.memberships.settle(memberships);
    if (late) this.keeper.tellDiscontinuity();
  }

  private tellForeign(key: string): void {
    this.log.warn(
      `foreign ${key}`,
      `${key} in Redis ${this.keeper.name} is no group: its messages stay in this process`,
    );
  }

  private settled(link: QueueLink): boolean {
    const all = this.memberships.all();
    const late = all.some((membership) => membership.late);
    this.memberships.settle(all);
    void link.pop();
    this.peers.settle();
    return late;
  }

  private hear(key: string, member: Buffer, score: number): void {
    if (key !== this.peers.inbox) this.events.popped(key, member, score);
    else if (this.peers.isNotice(member)) this.keeper.tellDiscontinuity('unsent');
  }

  private async renewLease(): Promise<void> {
    try {
      // Else the others took us for dead and cleared what was ours, or somebody emptied the groups: Django's flush().
      if ((await this.peers.renew()) && (await this.watch.renew())) return;
      await this.mend();
    } catch (error) {
      this.log.warn(
        `lease ${this.keeper.name}`,
        `Redis ${this.keeper.name} did not renew our lease (${String(error)})`,
      );
    }
  }

  /** First we are in all groups again, then it is said: who compares positions afterwards misses nothing more. */
  private async mend(): Promise<void> {
    this.mending = true;
    await this.rejoin();
    this.mending = false;
    this.keeper.tellDiscontinuity();
  }

  private async rejoin(): Promise<void> {
    const { link, ready } = this.keeper;
    if (!link || !ready) return;
    await Promise.all(this.memberships.inParts(batch).map((part) => this.confirm(link, part)));
  }
}
