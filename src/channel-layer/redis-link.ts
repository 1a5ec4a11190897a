import type { RedisOptions } from 'ioredis';
import type { LinkEvents } from './link.js';
import { hex32 } from './names.js';
import { OneLife, probeEveryMs } from './one-life.js';
import { reasonOf } from './redis-address.js';

export interface RedisLinkEvents extends LinkEvents {
  message(channel: string, payload: Buffer): void;
}

/** Never `asgi…`: a Django `flush()` deletes what begins so, and its consumers must never hear our probes. */
const probePrefix = 'nchat:probe:';
/** 5 × 750 ms, and up to 750 ms before the first probe that nobody answers: noticed in 4.5 s. */
const probesMissed = 5;

/** One life of the connections to one Redis of the pub/sub layer: the listener is subscribed, the commander publishes. */
export class RedisLink extends OneLife<RedisLinkEvents> {
  private readonly probeChannel = `${probePrefix}${hex32()}`;
  /** Ticks since the probe that is under way; 0 where none is. */
  private waiting = 0;
  /** That probe has been sent: there was room for it. */
  private sent = false;

  constructor(host: RedisOptions, events: RedisLinkEvents) {
    super(host, events);
    this.listener.on('messageBuffer', (channel: Buffer, payload: Buffer) => this.hear(channel, payload));
  }

  override async open(): Promise<boolean> {
    const isOpen = await super.open();
    if (isOpen) this.probe();
    return isOpen;
  }

  protected override prepare(): Promise<void> {
    return this.subscribe([this.probeChannel]);
  }

  /** Resolves when Redis has confirmed, rejects where the link ends first: a refusal ends it. */
  async subscribe(channels: string[]): Promise<void> {
    try {
      await this.listener.subscribe(...channels);
    } catch (error) {
      this.fail(reasonOf(error));
      throw error;
    }
  }

  unsubscribe(channel: string): void {
    if (!this.connected || this.ended) return;
    this.listener.unsubscribe(channel).catch((error: unknown) => this.fail(reasonOf(error)));
  }

  /**
   * False where it was not sent. The order of calls is the order of messages. `failed` is called where Redis answers
   * with an error, or the connection dies before it answers.
   */
  publish(channel: string, payload: Buffer, failed: (reason: string) => void): boolean {
    if (!this.connected || this.ended || this.isTooMuch(payload.length)) return false;
    this.owed(payload.length, this.commander.publish(channel, payload)).catch((error: unknown) =>
      failed(reasonOf(error)),
    );
    return true;
  }

  /** Channels that somebody subscribes to, by a pattern. Rejects where Redis refuses. */
  async channels(pattern: string): Promise<string[]> {
    return (await this.commander.pubsub('CHANNELS', pattern)) as string[];
  }

  /** Ticks are counted, not milliseconds: an event loop that was blocked has had one tick, and blames nobody. */
  protected override probe(): void {
    if (this.waiting === 0) this.sent = false;
    this.sent ||= this.publish(this.probeChannel, Buffer.alloc(1), (reason) => this.fail(reason));
    if (++this.waiting === probesMissed + 1)
      this.events.silent(`no answer for ${(probesMissed * probeEveryMs) / 1000} s`);
  }

  private hear(channel: Buffer, payload: Buffer): void {
    if (this.ended) return;
    const name = channel.toString();
    if (name !== this.probeChannel) return this.events.message(name, payload);
    this.waiting = 0;
    this.events.alive();
  }
}
