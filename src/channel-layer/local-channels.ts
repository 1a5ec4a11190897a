import type { LayerMessage } from './channel-layer.js';
import { type ChannelOwner, Mailbox } from './mailbox.js';
import { copyMessage } from './message.js';
import { identifyMessage, messageIdOf } from './message-ids.js';
import type { LocalOptions } from './options.js';

/** The channels of this process and the groups they are in. Knows nothing of other processes. */
export class LocalChannels {
  private readonly boxes = new Map<string, Mailbox>();
  private readonly groups = new Map<string, Set<Mailbox>>();

  constructor(
    private readonly options: LocalOptions,
    private readonly now: () => number = () => performance.now(),
  ) {}

  find(channel: string): Mailbox | undefined {
    return this.boxes.get(channel);
  }

  /** The channel, made where it is not there. */
  open(channel: string, owner: ChannelOwner): Mailbox {
    const found = this.boxes.get(channel);
    if (found) return found;
    const { capacityOf, expiry } = this.options;
    const made = new Mailbox(channel, owner, {
      capacity: capacityOf(channel),
      expiryMs: expiry * 1000,
      now: this.now,
    });
    this.boxes.set(channel, made);
    return made;
  }

  join(group: string, box: Mailbox): void {
    const members = this.groups.get(group);
    if (members) members.add(box);
    else this.groups.set(group, new Set([box]));
    box.groups.add(group);
  }

  leave(group: string, box: Mailbox): void {
    box.groups.delete(group);
    const members = this.groups.get(group);
    members?.delete(box);
    if (members?.size === 0) this.groups.delete(group);
  }

  hasGroup(group: string): boolean {
    return this.groups.has(group);
  }

  /** Whether anybody is in the group who is not this channel. */
  hasOthers(group: string, channel: string): boolean {
    for (const box of this.groups.get(group) ?? []) if (box.channel !== channel) return true;
    return false;
  }

  groupNames(): string[] {
    return [...this.groups.keys()];
  }

  /** To every member here; takes over the message, no two members share one. */
  deliver(group: string, message: LayerMessage): void {
    let first = true;
    for (const box of this.groups.get(group) ?? []) {
      box.offer(first ? message : identifyMessage(copyMessage(message), messageIdOf(message)));
      first = false;
    }
  }

  /** Forgets expired messages and the channels that nobody has used for as long. Returns the latter. */
  sweep(): Mailbox[] {
    const idle = [...this.boxes.values()].filter((box) => box.idle);
    for (const box of idle) this.close(box);
    return idle;
  }

  /** Empties the owner's queues and leaves all its groups; returns those that have no member here any more. */
  forget(owner: ChannelOwner): string[] {
    const left = new Set<string>();
    for (const box of this.of(owner)) {
      box.clear();
      for (const group of box.groups) {
        this.leave(group, box);
        left.add(group);
      }
    }
    return [...left].filter((group) => !this.hasGroup(group));
  }

  /** Completes what the owner's readers read, and forgets its channels. */
  closeOf(owner: ChannelOwner): void {
    for (const box of this.of(owner)) this.close(box);
  }

  private of(owner: ChannelOwner): Mailbox[] {
    return [...this.boxes.values()].filter((box) => box.owner === owner);
  }

  private close(box: Mailbox): void {
    for (const group of box.groups) this.leave(group, box);
    this.boxes.delete(box.channel);
    box.close();
  }
}

/** Milliseconds between two sweeps: timers overflow at 24 days. */
export const sweepEveryMs = (expiry: number) => Math.min(expiry * 1000, 60_000);
