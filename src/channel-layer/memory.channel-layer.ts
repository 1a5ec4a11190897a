import { BehaviorSubject, defer, type Observable, Subject, throwError } from 'rxjs';
import {
  ChannelFull,
  ChannelLayer,
  type Discontinuity,
  type ChannelOptions,
  type LayerHealth,
  type LayerMessage,
} from './channel-layer.js';
import { LocalChannels, sweepEveryMs } from './local-channels.js';
import type { Mailbox } from './mailbox.js';
import { copyMessage } from './message.js';
import { identifyMessage } from './message-ids.js';
import { checkChannel, checkGroup, hex32, processChannel, processOf } from './names.js';
import { type ChannelLayerOptions, localOptions } from './options.js';

/** What layers of one process share. Two layers on one bus are two nodes: that is what tests use it for. */
export class MemoryBus {
  readonly channels: LocalChannels;
  readonly expiry: number;

  /** `now` in monotonic milliseconds. */
  constructor(options: ChannelLayerOptions = {}, now?: () => number) {
    const local = localOptions(options);
    this.expiry = local.expiry;
    this.channels = new LocalChannels(local, now);
  }
}

/** The channel layer of a single process. Capacities and expiry are the bus's. */
export class MemoryChannelLayer extends ChannelLayer {
  /** Counted by the queues themselves. */
  dropped = 0;
  private readonly process = hex32();
  private readonly healthState = new BehaviorSubject<LayerHealth>('ready');
  private readonly gaps = new Subject<Discontinuity>();
  readonly health: Observable<LayerHealth> = this.healthState.asObservable();
  /** Never: nothing is between us. */
  readonly discontinuity: Observable<Discontinuity> = this.gaps.asObservable();
  private readonly channels: LocalChannels;
  private readonly sweeper: NodeJS.Timeout;
  private closed = false;

  constructor(
    private readonly options: ChannelLayerOptions = {},
    bus = new MemoryBus(options),
  ) {
    super();
    this.channels = bus.channels;
    this.sweeper = setInterval(() => this.channels.sweep(), sweepEveryMs(bus.expiry)).unref();
  }

  /** Everything has an id here. */
  async newChannel(prefix?: string, _options?: ChannelOptions): Promise<string> {
    this.assertOpen();
    return this.channels.open(processChannel(this.process, prefix), this).channel;
  }

  async send(channel: string, message: LayerMessage): Promise<void> {
    this.assertOpen();
    const copy = copyMessage(message);
    // A plain channel keeps what its reader, still to come, will want; a specific one that is not there has no reader.
    const box = this.channels.find(checkChannel(channel)) ?? this.openPlain(channel);
    if (box?.full) throw new ChannelFull(channel);
    box?.offer(copy);
  }

  receive(channel: string): Observable<LayerMessage> {
    return defer(() => {
      this.assertOpen();
      const process = processOf(checkChannel(channel));
      if (process === undefined || process === this.process) return this.channels.open(channel, this).read();
      return throwError(() => new TypeError(`Channel ${channel} is read by another process`));
    });
  }

  async groupAdd(group: string, channel: string): Promise<void> {
    this.assertOpen();
    checkGroup(group);
    const box = this.channels.find(checkChannel(channel));
    if (box?.owner !== this) throw new TypeError(`Channel ${channel} is not one of this process`);
    this.channels.join(group, box);
  }

  async groupDiscard(group: string, channel: string): Promise<void> {
    this.assertOpen();
    checkGroup(group);
    const box = this.channels.find(checkChannel(channel));
    if (box) this.channels.leave(group, box);
  }

  async groupSend(group: string, message: LayerMessage): Promise<void> {
    this.assertOpen();
    this.channels.deliver(checkGroup(group), identifyMessage(copyMessage(message), hex32));
  }

  /** Whoever overrides the sending may reach anybody. */
  override reachesOthers(group: string, channel: string): boolean {
    const isOverridden = this.groupSend !== MemoryChannelLayer.prototype.groupSend;
    return isOverridden || this.channels.hasOthers(group, channel);
  }

  healthOf(): LayerHealth {
    return this.healthState.value;
  }

  async groups(startsWith: string): Promise<string[]> {
    this.assertOpen();
    return this.channels.groupNames().filter((group) => group.startsWith(startsWith));
  }

  async flush(): Promise<void> {
    this.assertOpen();
    if (this.options.production) throw new Error('flush() is refused in production');
    this.channels.forget(this);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.sweeper);
    this.channels.closeOf(this);
    this.healthState.complete();
    this.gaps.complete();
  }

  private openPlain(channel: string): Mailbox | undefined {
    return processOf(channel) === undefined ? this.channels.open(channel, this) : undefined;
  }

  private assertOpen(): void {
    if (this.closed) throw new Error('The channel layer is closed');
  }
}
