/**
 * The keys of the core layer. Django's begin with its prefix; our own never do, for its `flush()` deletes all that does.
 */
export class QueueKeys {
  readonly leases: string;
  readonly inboxes: string;

  constructor(readonly prefix: string) {
    this.leases = `nchat:leases:${prefix}`;
    this.inboxes = `nchat:inbox:${prefix}:`;
  }

  /** `queue`: a channel's name up to its `!`, or all of it. */
  queue(queue: string): string {
    return this.prefix + queue;
  }

  group(group: string): string {
    return `${this.prefix}:group:${group}`;
  }

  /** What other processes tell one of ours; not for its channels. */
  inbox(process: string): string {
    return this.inboxes + process;
  }

  /** The memberships of one of ours. */
  record(process: string): string {
    return `nchat:member:${this.prefix}:${process}`;
  }

  /** What a process that died may have left: custom queues expire by themselves. */
  remainsOf(process: string): string[] {
    return [this.inbox(process), this.queue(`specific.${process}!`)];
  }
}
