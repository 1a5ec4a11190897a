import { Logger } from '@nestjs/common';
import { BehaviorSubject, defer, Observable, Subject, throwError } from 'rxjs';
import {
  ChannelFull,
  ChannelLayer,
  type Discontinuity,
  type ChannelOptions,
  type LayerHealth,
  type LayerMessage,
} from './channel-layer.js';
import { FaultLog } from './fault-log.js';
import { GroupScan } from './group-scan.js';
import { LocalChannels, sweepEveryMs } from './local-channels.js';
import type { Mailbox } from './mailbox.js';
import { checkChannel, checkGroup, newProcess, processChannel, processOf, queueOf } from './names.js';
import { type ChannelLayerOptions, localOptions } from './options.js';
import { QueueHost } from './queue-host.js';
import { QueueKeys } from './queue-keys.js';
import { QueueReader } from './queue-reader.js';
import { QueueSender } from './queue-sender.js';
import { redisAddresses } from './redis-address.js';
import { RisingClock } from './rising-clock.js';
import { Serializer } from './serializer.js';
import { hostIndex } from './sharding.js';
import { patiently } from './waiters.js';

/**
 * channels_redis' `RedisChannelLayer` (its core layer) on the wire: a Django app with the same hosts, prefix, keys and
 * serializer is in the same groups. Messages wait in Redis, one queue for each process, and survive a lost connection.
 *
 * `send` and `groupSend` wait for Redis, a second at most. While a host is out of reach its groups work within this
 * process, and every message that others should have had is counted as dropped.
 */
export class RedisChannelLayer extends ChannelLayer {
  /** Counted by the queues themselves, too. */
  dropped = 0;
  private readonly process = newProcess();
  private readonly healthState = new BehaviorSubject<LayerHealth>('degraded');
  private readonly gaps = new Subject<Discontinuity>();
  readonly health: Observable<LayerHealth> = this.healthState.asObservable();
  readonly discontinuity: Observable<Discontinuity> = this.gaps.asObservable();
  private readonly log = new FaultLog(new Logger('ChannelLayer'));
  private readonly keys: QueueKeys;
  private readonly serializer: Serializer;
  private readonly channels: LocalChannels;
  private readonly hosts: QueueHost[];
  private readonly scans: GroupScan[];
  private readonly reader: QueueReader;
  private readonly sender: QueueSender;
  private readonly sweeper: NodeJS.Timeout;
  /** What was asked for and is not done yet: closing lets it end. */
  private readonly underWay = new Set<Promise<unknown>>();
  private closing?: Promise<void>;

  /** Connects at once, and in the background. */
  constructor(private readonly options: ChannelLayerOptions = {}) {
    super();
    const local = localOptions(options);
    const { log } = this;
    this.serializer = new Serializer(options.serializerFormat, options.symmetricEncryptionKeys);
    const clock = new RisingClock();
    const prefixLength = options.randomPrefixLength ?? 12;
    if (!Number.isSafeInteger(prefixLength) || prefixLength < 0)
      throw new TypeError('randomPrefixLength is a number of bytes');
    this.keys = new QueueKeys(options.prefix ?? 'asgi');
    this.channels = new LocalChannels(local);
    const wire = { keys: this.keys, serializer: this.serializer, prefixLength, expiry: local.expiry };
    this.reader = new QueueReader(
      { ...wire, process: this.process, channels: this.channels, capacityOf: local.capacityOf, log },
      {
        dropped: () => void this.dropped++,
        missed: () => this.gaps.next('missed'),
        putBack: (host, key, args) => this.hosts[host]?.call('put-back', [key], args)?.catch(() => undefined),
      },
    );
    this.hosts = redisAddresses(options.hosts).map(
      (host, index) =>
        new QueueHost(
          {
            host,
            keys: this.keys,
            process: this.process,
            groupExpiry: local.groupExpiry,
            clock,
          },
          {
            queues: () => this.reader.queues(),
            popped: (key, member, score) => this.reader.take({ host: index, key, member, score }),
            took: (key, count, isRest) => this.reader.took(key, count, isRest),
            changed: () => this.tellHealth(),
            discontinuity: (kind) => this.gaps.next(kind),
          },
          log,
        ),
    );
    this.scans = this.hosts.map((host) => new GroupScan((...command) => host.call(...command)));
    this.sender = new QueueSender({
      ...wire,
      clock,
      capacityOf: local.capacityOf,
      hosts: this.hosts,
      local: this.channels,
      dropped: (count) => void (this.dropped += count),
    });
    this.sweeper = setInterval(() => this.channels.sweep(), sweepEveryMs(local.expiry)).unref();
  }

  /** Messages from Redis that were none of ours: another format, another key, or not a message at all. */
  get undecodable(): number {
    return this.reader.undecodable;
  }

  async newChannel(prefix?: string, { identified }: ChannelOptions = {}): Promise<string> {
    this.assertOpen();
    if (!identified) return this.open(processChannel(this.process, prefix)).channel;
    return this.open(processChannel(this.process, this.onFirstHost(prefix)), true).channel;
  }

  async send(channel: string, message: LayerMessage): Promise<void> {
    this.assertOpen();
    const sent = this.sender.send(checkChannel(channel), this.serializer.check(message));
    if ((await this.during(sent)) === false) throw new ChannelFull(channel);
  }

  receive(channel: string): Observable<LayerMessage> {
    return defer(() => {
      this.assertOpen();
      const process = processOf(checkChannel(channel));
      if (process === this.process) return this.open(channel).read();
      if (process === undefined) return this.readPlain(this.channels.open(channel, this));
      return throwError(() => new TypeError(`Channel ${channel} is read by another process`));
    });
  }

  async groupAdd(group: string, channel: string): Promise<void> {
    this.assertOpen();
    checkGroup(group);
    const box = this.channels.find(checkChannel(channel));
    if (!box) throw new TypeError(`Channel ${channel} is not one of this process`);
    this.channels.join(group, box);
    await this.hostOf(group).join(this.keys.group(group), channel);
  }

  async groupDiscard(group: string, channel: string): Promise<void> {
    this.assertOpen();
    checkGroup(group);
    const box = this.channels.find(checkChannel(channel));
    if (!box?.groups.has(group)) return;
    this.channels.leave(group, box);
    await this.hostOf(group).leave(this.keys.group(group), channel);
  }

  async groupSend(group: string, message: LayerMessage): Promise<void> {
    this.assertOpen();
    await this.during(this.sender.groupSend(checkGroup(group), this.serializer.check(message)));
  }

  healthOf(group: string): LayerHealth {
    return this.hostOf(checkGroup(group)).ready ? 'ready' : 'degraded';
  }

  async groups(startsWith: string): Promise<string[]> {
    this.assertOpen();
    const before = this.keys.group('');
    const keys = await Promise.all(this.scans.map((scan) => scan.keys(before + startsWith)));
    return keys.flat().map((key) => key.slice(before.length));
  }

  async flush(): Promise<void> {
    this.assertOpen();
    if (this.options.production) throw new Error('flush() is refused in production');
    this.channels.forget(this);
    await Promise.all(this.hosts.map((host) => patiently(host.flush())));
  }

  close(): Promise<void> {
    return (this.closing ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.sweeper);
    await patiently(Promise.all(this.underWay));
    this.channels.closeOf(this);
    this.gaps.complete();
    this.healthState.complete();
    await Promise.all(this.hosts.map((host) => host.close()));
  }

  private open(channel: string, isShared = false): Mailbox {
    if (this.reader.drain(queueOf(channel), isShared)) for (const host of this.hosts) host.wake();
    return this.channels.open(channel, this);
  }

  /** Taken from Redis only while somebody reads: other processes may read it too. */
  private readPlain(box: Mailbox): Observable<LayerMessage> {
    return new Observable((subscriber) => {
      const reading = box.read().subscribe(subscriber);
      if (subscriber.closed) return;
      this.reader.watch(box.channel);
      for (const host of this.hosts) host.wake();
      return () => {
        reading.unsubscribe();
        this.reader.unwatch(box.channel);
      };
    });
  }

  /** A second at most; what comes of it later is counted, not told. */
  private async during<T>(work: Promise<T>): Promise<T | undefined> {
    let result: T | undefined;
    const noted = work.then(
      (value) => void (result = value),
      (error: unknown) => this.log.warn('lost', `A message was not sent (${String(error)})`),
    );
    this.underWay.add(noted);
    void noted.then(() => this.underWay.delete(noted));
    await patiently(noted);
    return result;
  }

  /**
   * A sender stamps what it sends once for each host. So all queues whose messages are to be told alike are on one
   * host; a queue is where its name falls, and a channel's prefix is a part of that.
   */
  private onFirstHost(prefix = 'specific'): string {
    for (let n = 0; ; n++) {
      const tried = n === 0 ? prefix : `${prefix}${n}`;
      if (hostIndex(queueOf(processChannel(this.process, tried)), this.hosts.length) === 0) return tried;
    }
  }

  private hostOf(group: string): QueueHost {
    return this.hosts[hostIndex(group, this.hosts.length)]!;
  }

  private tellHealth(): void {
    const health = this.hosts.every((host) => host.ready) ? 'ready' : 'degraded';
    if (health !== this.healthState.value) this.healthState.next(health);
  }

  private assertOpen(): void {
    if (this.closing) throw new Error('The channel layer is closed');
  }
}
