import { createHash } from 'node:crypto';
import type { FaultLog } from './fault-log.js';
import type { LocalChannels } from './local-channels.js';
import type { LayerMessage } from './channel-layer.js';
import { copyMessage } from './message.js';
import { identifyMessage, messageIdOf } from './message-ids.js';
import { processOf, queueOf } from './names.js';
import type { QueueKeys } from './queue-keys.js';
import { Serializer } from './serializer.js';

export interface QueueReaderOptions {
  keys: QueueKeys;
  serializer: Serializer;
  /** Bytes before each message. */
  prefixLength: number;
  /** Seconds. */
  expiry: number;
  /** How many messages a sender that is none of ours lets wait in a queue of ours. */
  capacityOf: (queue: string) => number;
  /** This process. */
  process: string;
  channels: LocalChannels;
  log: FaultLog;
}

export interface QueueReaderEvents {
  dropped(): void;
  /** Messages waited too long for us, or found a queue of ours full: this process was away, or too slow. */
  missed(): void;
  putBack(host: number, key: string, args: (string | Buffer)[]): void;
}

const plain = new Serializer('msgpack');

/**
 * What a sender gives to the members of a group it gives to all with one time, to the microsecond; only the envelope
 * and the random bytes are each one's own.
 */
const idOf = (message: LayerMessage, score: number) =>
  createHash('sha256').update(`${score}:`).update(plain.encode(message)).digest('hex');

/** Of Fernet tokens, as in channels_redis. */
const tokenGrace = 10;

/** What came out of a queue in Redis, brought to the channels that it names. */
export class QueueReader {
  undecodable = 0;
  /** Keys of this process' own queues: one for each prefix of its channels. */
  private readonly own = new Set<string>();
  /** Of those, the ones that others than ours fill too, and what came out of each since it was last empty. */
  private readonly shared = new Map<string, { backlog: number; capacity: number }>();
  /** Plain channels with a reader, by key. */
  private readonly plain = new Map<string, string>();

  constructor(
    private readonly options: QueueReaderOptions,
    private readonly events: QueueReaderEvents,
  ) {
    this.drain(`specific.${options.process}!`);
  }

  /** Where to wait. */
  queues(): { single: string[]; drained: string[] } {
    return { single: [...this.plain.keys()], drained: [...this.own] };
  }

  /** A queue of this process, and whether others than ours fill it too. Returns whether it is new. */
  drain(queue: string, isShared = false): boolean {
    const key = this.options.keys.queue(queue);
    if (isShared && !this.shared.has(key))
      this.shared.set(key, { backlog: 0, capacity: this.options.capacityOf(queue) });
    if (this.own.has(key)) return false;
    this.own.add(key);
    return true;
  }

  watch(channel: string): void {
    this.plain.set(this.options.keys.queue(channel), channel);
  }

  unwatch(channel: string): void {
    this.plain.delete(this.options.keys.queue(channel));
  }

  /** Who finds a queue full drops its message, and nobody is told: but a queue that was full is seen here. */
  took(key: string, count: number, isRest: boolean): void {
    const shared = this.shared.get(key);
    if (!shared) return;
    shared.backlog += count;
    const wasFull = shared.backlog >= shared.capacity;
    if (isRest || wasFull) shared.backlog = 0;
    if (!wasFull) return;
    this.options.log.warn(
      'full',
      'A queue of this process in Redis was full: Django may have dropped messages for it',
    );
    this.events.missed();
  }

  take({ host, key, member, score }: { host: number; key: string; member: Buffer; score: number }): void {
    const { expiry, prefixLength, serializer, log } = this.options;
    if (score < Date.now() / 1000 - expiry) {
      this.events.dropped();
      this.events.missed();
      return log.warn('expired', `Messages that had waited for more than ${expiry} s in Redis were dropped`);
    }
    const channel = this.plain.get(key);
    if (!this.own.has(key) && channel === undefined)
      return this.events.putBack(host, key, [`${score}`, `${Math.ceil(expiry)}`, member]);
    try {
      const { message, to } = serializer.decodeFor(member.subarray(prefixLength), expiry + tokenGrace);
      identifyMessage(message, () => idOf(message, score));
      this.deliver(channel === undefined ? this.named(to, key) : [channel], message);
    } catch (error) {
      this.undecodable++;
      const reason = error instanceof TypeError ? error.message : 'it cannot be decrypted';
      log.warn('undecodable', `A message from Redis was ignored: ${reason}`);
    }
  }

  /** Only channels whose queue it is: an envelope cannot reach what another key belongs to. */
  private named(to: string[], key: string): string[] {
    const { keys, process } = this.options;
    const here = to.filter((name) => processOf(name) === process && keys.queue(queueOf(name)) === key);
    return [...new Set(here)];
  }

  private deliver(names: string[], message: ReturnType<typeof copyMessage>): void {
    let first = true;
    for (const name of names) {
      const box = this.options.channels.find(name);
      if (!box) continue;
      box.offer(first ? message : identifyMessage(copyMessage(message), () => messageIdOf(message)!));
      first = false;
    }
  }
}
