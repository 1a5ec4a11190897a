import type { Redis, RedisOptions } from 'ioredis';
import type { Link, LinkEvents } from './link.js';
import { hex32 } from './names.js';
import { connectOnce, oneLifeClient, peerOf, reasonOf } from './redis-address.js';

export interface RedisLinkEvents extends LinkEvents {
  message(channel: string, payload: Buffer): void;
}

/** Never `asgi…`: a Django `flush()` deletes what begins so, and its consumers must never hear our probes. */
const probePrefix = 'nchat:probe:';
const probeEveryMs = 750;
/** 5 × 750 ms, and up to 750 ms before the first probe that nobody answers: noticed in 4.5 s. */
const probesMissed = 5;
/** What Redis may owe us answers for. A frozen Redis must not become our memory. */
const maxUnanswered = 16 * 1024 * 1024;
const quitMs = 1000;

/**
 * One life of the two connections to one Redis: a subscriber and a publisher. It never reconnects: the first fault of
 * either ends both, so no command and no message of an earlier life is ever sent or heard in a later one.
 */
export class RedisLink implements Link {
  peer = '';
  private readonly subscriber: Redis;
  private readonly publisher: Redis;
  private readonly probeChannel = `${probePrefix}${hex32()}`;
  private lastError = '';
  private unanswered = 0;
  /** Ticks since the probe that is under way; 0 where none is. */
  private waiting = 0;
  /** That probe has been sent: there was room for it. */
  private sent = false;
  private probing?: NodeJS.Timeout;
  private connected = false;
  private ended = false;

  constructor(
    host: RedisOptions,
    private readonly events: RedisLinkEvents,
  ) {
    this.subscriber = this.client(host);
    this.publisher = this.client(host);
    this.subscriber.on('messageBuffer', (channel: Buffer, payload: Buffer) => this.hear(channel, payload));
  }

  /** True where both connections take commands, and probes are under way. */
  async open(): Promise<boolean> {
    try {
      await Promise.all([connectOnce(this.subscriber), connectOnce(this.publisher)]);
      this.connected = true;
      this.peer = peerOf(this.publisher);
      await this.subscribe([this.probeChannel]);
    } catch (error) {
      this.fail(this.lastError || reasonOf(error));
      return false;
    }
    if (this.ended) return false;
    this.probing = setInterval(() => this.probe(), probeEveryMs);
    this.probe();
    return true;
  }

  /** Resolves when Redis has confirmed, rejects where the link ends first: a refusal ends it. */
  async subscribe(channels: string[]): Promise<void> {
    try {
      await this.subscriber.subscribe(...channels);
    } catch (error) {
      this.fail(reasonOf(error));
      throw error;
    }
  }

  unsubscribe(channel: string): void {
    if (!this.connected || this.ended) return;
    this.subscriber.unsubscribe(channel).catch((error: unknown) => this.fail(reasonOf(error)));
  }

  /**
   * False where it was not sent. The order of calls is the order of messages. `failed` is called where Redis answers
   * with an error, or the connection dies before it answers.
   */
  publish(channel: string, payload: Buffer, failed: (reason: string) => void): boolean {
    if (!this.connected || this.ended || this.unanswered + payload.length > maxUnanswered) return false;
    this.unanswered += payload.length;
    this.publisher.publish(channel, payload).then(
      () => {
        this.unanswered -= payload.length;
      },
      (error: unknown) => {
        this.unanswered -= payload.length;
        failed(reasonOf(error));
      },
    );
    return true;
  }

  /** Channels that somebody subscribes to, by a pattern. Rejects where Redis refuses. */
  async channels(pattern: string): Promise<string[]> {
    return (await this.publisher.pubsub('CHANNELS', pattern)) as string[];
  }

  fail(reason: string): void {
    if (this.ended) return;
    this.end();
    this.events.down(reason);
  }

  async close(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.probing);
    let timer: NodeJS.Timeout | undefined;
    if (this.connected) {
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, quitMs)));
      await Promise.race([late, this.publisher.quit().catch(() => undefined)]);
      clearTimeout(timer);
    }
    this.end();
  }

  /** Ticks are counted, not milliseconds: an event loop that was blocked has had one tick, and blames nobody. */
  private probe(): void {
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

  private client(host: RedisOptions): Redis {
    const client = oneLifeClient(host);
    client.on('error', (error: unknown) => {
      if (!this.ended) this.lastError = reasonOf(error);
    });
    client.on('end', () => this.fail(this.lastError || 'the connection was closed'));
    return client;
  }

  private end(): void {
    this.ended = true;
    clearInterval(this.probing);
    this.subscriber.disconnect();
    this.publisher.disconnect();
  }
}
