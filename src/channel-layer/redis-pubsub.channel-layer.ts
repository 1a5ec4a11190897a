import { Logger } from '@nestjs/common';
import { BehaviorSubject, defer, type Observable, Subject } from 'rxjs';
import {
  ChannelLayer,
  type ChannelOptions,
  type Discontinuity,
  type LayerHealth,
  type LayerMessage,
} from './channel-layer.js';
import { FaultLog } from './fault-log.js';
import { LocalChannels, sweepEveryMs } from './local-channels.js';
import { identifyMessage } from './message-ids.js';
import type { Mailbox } from './mailbox.js';
import { checkChannel, checkGroup, pubSubChannel } from './names.js';
import { type ChannelLayerOptions, localOptions } from './options.js';
import { redisAddresses } from './redis-address.js';
import { RedisHost } from './redis-host.js';
import { Serializer } from './serializer.js';
import { hostIndex } from './sharding.js';

/**
 * channels_redis' `RedisPubSubChannelLayer` on the wire: a Django app with the same hosts, prefix, keys and serializer
 * is in the same groups. Redis holds no keys.
 *
 * `send` and `groupSend` resolve when the message is on its way, and never wait for Redis. While a host is out of reach
 * its groups work within this process, and every message that others should have had is counted as dropped.
 */
export class RedisPubSubChannelLayer extends ChannelLayer {
  /** Counted by the queues themselves, too. */
  dropped = 0;
  /** Payloads from Redis that were no message of ours: another format, another key, or not a message at all. */
  undecodable = 0;
  private readonly healthState = new BehaviorSubject<LayerHealth>('degraded');
  private readonly gaps = new Subject<Discontinuity>();
  readonly health: Observable<LayerHealth> = this.healthState.asObservable();
  readonly discontinuity: Observable<Discontinuity> = this.gaps.asObservable();
  private readonly log = new FaultLog(new Logger('ChannelLayer'));
  private readonly prefix: string;
  private readonly groupPrefix: string;
  private readonly serializer: Serializer;
  private readonly channels: LocalChannels;
  private readonly hosts: RedisHost[];
  private readonly identified = new WeakSet<Mailbox>();
  private readonly sweeper: NodeJS.Timeout;
  private closing?: Promise<void>;

  /** Connects at once, and in the background. */
  constructor(private readonly options: ChannelLayerOptions = {}) {
    super();
    this.prefix = options.prefix ?? 'asgi';
    this.groupPrefix = `${this.prefix}__group__`;
    this.serializer = new Serializer(options.serializerFormat, options.symmetricEncryptionKeys);
    const local = localOptions(options);
    this.channels = new LocalChannels(local);
    this.hosts = redisAddresses(options.hosts).map(
      (host) =>
        new RedisHost(
          { host, prefix: this.prefix },
          {
            message: (channel, payload, id) => this.hear(channel, payload, id),
            changed: () => this.tellHealth(),
            discontinuity: (kind) => this.gaps.next(kind),
            unpublished: () => void this.dropped++,
          },
          this.log,
        ),
    );
    this.sweeper = setInterval(() => this.sweep(), sweepEveryMs(local.expiry)).unref();
  }

  async newChannel(prefix?: string, { identified }: ChannelOptions = {}): Promise<string> {
    this.assertOpen();
    const channel = pubSubChannel(this.prefix, prefix);
    const box = this.channels.open(channel, this);
    if (identified) this.identified.add(box);
    await this.host(channel).subscribe(channel);
    return channel;
  }

  /** Never `ChannelFull`: pub/sub cannot know. A full queue drops its oldest message where it is read. */
  async send(channel: string, message: LayerMessage): Promise<void> {
    this.assertOpen();
    checkChannel(channel, this.prefix);
    const payload = this.serializer.encode(message);
    if (this.host(channel).publish(channel, payload)) return;
    const box = this.channels.find(channel);
    if (box) box.offer(this.serializer.decode(payload));
    else this.dropped++;
  }

  receive(channel: string): Observable<LayerMessage> {
    return defer(() => {
      this.assertOpen();
      checkChannel(channel, this.prefix);
      const box = this.channels.open(channel, this);
      void this.host(channel).subscribe(channel);
      return box.read();
    });
  }

  async groupAdd(group: string, channel: string): Promise<void> {
    this.assertOpen();
    const name = this.groupPrefix + checkGroup(group);
    const box = this.channels.find(checkChannel(channel, this.prefix));
    if (!box) throw new TypeError(`Channel ${channel} is not one of this process`);
    this.channels.join(group, box);
    await this.host(name).subscribe(name);
    if (this.identified.has(box)) await this.host(name).identify();
  }

  async groupDiscard(group: string, channel: string): Promise<void> {
    this.assertOpen();
    checkGroup(group);
    const box = this.channels.find(checkChannel(channel, this.prefix));
    if (!box?.groups.has(group)) return;
    this.channels.leave(group, box);
    if (!this.channels.hasGroup(group)) this.unsubscribe(this.groupPrefix + group);
  }

  async groupSend(group: string, message: LayerMessage): Promise<void> {
    this.assertOpen();
    const name = this.groupPrefix + checkGroup(group);
    const payload = this.serializer.encode(message);
    if (this.host(name).publish(name, payload)) return;
    this.dropped++;
    if (this.channels.hasGroup(group)) this.channels.deliver(group, this.serializer.decode(payload));
  }

  healthOf(group: string): LayerHealth {
    return this.host(this.groupPrefix + checkGroup(group)).ready ? 'ready' : 'degraded';
  }

  async groups(startsWith: string): Promise<string[]> {
    this.assertOpen();
    const channels = await Promise.all(
      this.hosts.map((host) => host.channels(this.groupPrefix + startsWith)),
    );
    return channels.flat().map((channel) => channel.slice(this.groupPrefix.length));
  }

  async flush(): Promise<void> {
    this.assertOpen();
    if (this.options.production) throw new Error('flush() is refused in production');
    for (const group of this.channels.forget(this)) this.unsubscribe(this.groupPrefix + group);
  }

  close(): Promise<void> {
    return (this.closing ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.sweeper);
    this.channels.closeOf(this);
    this.gaps.complete();
    this.healthState.complete();
    await Promise.all(this.hosts.map((host) => host.close()));
  }

  private hear(name: string, payload: Buffer, id: string | undefined): void {
    const group = name.startsWith(this.groupPrefix) ? name.slice(this.groupPrefix.length) : undefined;
    const box = this.channels.find(name);
    if (!box && (group === undefined || !this.channels.hasGroup(group))) return;
    let message: LayerMessage;
    try {
      message = this.serializer.decode(payload);
    } catch (error) {
      this.undecodable++;
      const reason = error instanceof TypeError ? error.message : 'it cannot be decrypted';
      return this.log.warn('undecodable', `A message from Redis was ignored: ${reason}`);
    }
    if (box) box.offer(message);
    else if (group !== undefined) this.channels.deliver(group, identifyMessage(message, id));
  }

  private host(redisChannel: string): RedisHost {
    return this.hosts[hostIndex(redisChannel, this.hosts.length)]!;
  }

  private unsubscribe(redisChannel: string): void {
    this.host(redisChannel).unsubscribe(redisChannel);
  }

  private sweep(): void {
    for (const box of this.channels.sweep()) this.unsubscribe(box.channel);
  }

  private tellHealth(): void {
    const health = this.hosts.every((host) => host.ready) ? 'ready' : 'degraded';
    if (health !== this.healthState.value) this.healthState.next(health);
  }

  private assertOpen(): void {
    if (this.closing) throw new Error('The channel layer is closed');
  }
}
