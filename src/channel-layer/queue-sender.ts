import { randomBytes } from 'node:crypto';
import type { LayerMessage } from './channel-layer.js';
import type { LocalChannels } from './local-channels.js';
import { copyMessage } from './message.js';
import { isOurs, processOf, queueOf } from './names.js';
import type { QueueHost } from './queue-host.js';
import type { QueueKeys } from './queue-keys.js';
import { reasonOf } from './redis-address.js';
import type { RisingClock } from './rising-clock.js';
import type { Serializer } from './serializer.js';
import { hostIndex } from './sharding.js';

export interface QueueSenderOptions {
  keys: QueueKeys;
  serializer: Serializer;
  /** Random bytes before each message. */
  prefixLength: number;
  /** Seconds. */
  expiry: number;
  clock: RisingClock;
  capacityOf: (channel: string) => number;
  hosts: readonly QueueHost[];
  /** Where messages go while a host is away. */
  local: LocalChannels;
  dropped(count: number): void;
}

/**
 * A process of ours empties its queue into its channels' own, and each of these has the configured capacity: so what
 * stands in Redis is only on its way, and must not be dropped because many channels of one process get much at once.
 */
const onTheWay = 10_000;

/** Messages into the queues of Redis. A promise is the end of the work, and is never rejected. */
export class QueueSender {
  private nextHost = 0;

  constructor(private readonly options: QueueSenderOptions) {}

  /** False where the queue is full. Takes over the message. */
  async send(channel: string, message: LayerMessage): Promise<boolean> {
    const { keys, serializer, local } = this.options;
    const specific = processOf(channel) !== undefined;
    const member = this.member(serializer.encodeFor(message, specific ? channel : undefined));
    const host = this.hostFor(channel, specific);
    const args = [...this.times(), `${this.capacityOf(channel)}`, member];
    const sent = host.call('send', [keys.queue(queueOf(channel))], args);
    if (!sent) {
      host.owe();
      const box = local.find(channel);
      if (box) box.offer(copyMessage(message));
      else this.options.dropped(1);
      return true;
    }
    return sent.then(
      (added) => added !== 0,
      (error: unknown) => {
        this.lost(host, 1, error);
        return true;
      },
    );
  }

  /** Takes over the message. */
  async groupSend(group: string, message: LayerMessage): Promise<void> {
    const { keys, hosts, local, dropped } = this.options;
    const host = hosts[hostIndex(group, hosts.length)]!;
    const oldest = Math.floor(Date.now() / 1000) - host.groupExpiry;
    const members = host.call('group-members', [keys.group(group)], [`${oldest}`]);
    if (!members) {
      host.owe();
      dropped(1);
      return local.deliver(group, copyMessage(message));
    }
    // Answers come in the order of the questions, so what follows them is in the order of the calls.
    await members.then(
      (names) => {
        if (local.hasGroup(group)) host.compare(keys.group(group), names as string[]);
        return this.fanOut(host, names as string[], message);
      },
      (error: unknown) => this.lost(host, 1, error),
    );
  }

  private async fanOut(asked: QueueHost, names: string[], message: LayerMessage): Promise<void> {
    const { hosts } = this.options;
    const queues = Map.groupBy(names, queueOf);
    const perHost = Map.groupBy(queues.keys(), (queue) => hostIndex(queue, hosts.length));
    const work = [...perHost].map(([index, onHost]) => {
      const host = hosts[index]!;
      const isAnswering = host === asked;
      return this.fill(
        host,
        isAnswering,
        new Map(onHost.map((queue) => [queue, queues.get(queue)!])),
        message,
      );
    });
    await Promise.all(work);
  }

  /** `isAnswering`: this host has just said who the members are. */
  private async fill(
    host: QueueHost,
    isAnswering: boolean,
    queues: Map<string, string[]>,
    message: LayerMessage,
  ): Promise<void> {
    const { keys, serializer, local, dropped } = this.options;
    const channels = [...queues.values()];
    const filled = [...queues.keys()].map((queue) => keys.queue(queue));
    const args = [
      ...this.times(),
      ...channels.flatMap((names) => [
        `${this.capacityOf(names[0]!)}`,
        this.member(serializer.encodeFor(message, names)),
      ]),
    ];
    const sent = isAnswering
      ? host.followUp('group-send', filled, args)
      : host.call('group-send', filled, args);
    if (!sent) {
      host.owe();
      for (const name of channels.flat()) {
        const box = local.find(name);
        if (box) box.offer(copyMessage(message));
        else dropped(1);
      }
      return;
    }
    try {
      const full = (await sent) as number[];
      dropped(full.length);
      if (full.some((position) => isOurs(processOf(channels[position - 1]![0]!)))) host.owe();
    } catch (error) {
      this.lost(host, channels.length, error);
    }
  }

  private lost(host: QueueHost, count: number, error: unknown): void {
    this.options.dropped(count);
    host.owe(reasonOf(error));
  }

  /** Readers of a plain channel go from host to host, so its messages do too. */
  private hostFor(channel: string, specific: boolean): QueueHost {
    const { hosts } = this.options;
    if (specific) return hosts[hostIndex(queueOf(channel), hosts.length)]!;
    return hosts[this.nextHost++ % hosts.length]!;
  }

  private capacityOf(channel: string): number {
    const configured = this.options.capacityOf(channel);
    return isOurs(processOf(channel)) ? Math.max(configured, onTheWay) : configured;
  }

  private member(payload: Buffer): Buffer {
    return Buffer.concat([randomBytes(this.options.prefixLength), payload]);
  }

  /** Score, the oldest score to keep, and how long a key lives. */
  private times(): [string, string, string] {
    const { clock, expiry } = this.options;
    const score = clock.next();
    // A clock that was ahead and is set right leaves the score ahead: what others said since is not old by that.
    const now = Math.floor(Math.min(score, Date.now() / 1000));
    return [`${score}`, `${now - Math.floor(expiry)}`, `${Math.ceil(expiry)}`];
  }
}
