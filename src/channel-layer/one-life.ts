import type { Redis, RedisOptions } from 'ioredis';
import type { Link, LinkEvents } from './link.js';
import { connectOnce, oneLifeClient, peerOf, reasonOf } from './redis-address.js';

export const probeEveryMs = 750;
/** What Redis may owe us answers for. A frozen Redis must not become our memory. */
const maxUnanswered = 16 * 1024 * 1024;
const quitMs = 1000;

/**
 * Two connections to one Redis: one that commands, one that listens. They never reconnect: the first fault of either ends
 * both, so no command and no message of an earlier life is ever sent or heard in a later one.
 */
export abstract class OneLife<Events extends LinkEvents> implements Link {
  peer = '';
  protected readonly commander: Redis;
  protected readonly listener: Redis;
  /** Commands are taken. */
  protected connected = false;
  protected ended = false;
  private unanswered = 0;
  private lastError = '';
  private probing?: NodeJS.Timeout;

  constructor(
    host: RedisOptions,
    protected readonly events: Events,
  ) {
    this.commander = this.client(host);
    this.listener = this.client(host);
  }

  /** What is needed before commands are taken. */
  protected abstract prepare(): Promise<unknown>;
  /** Each {@link probeEveryMs}: asks whether Redis answers, and counts how long it has not. */
  protected abstract probe(): void;

  async open(): Promise<boolean> {
    try {
      await Promise.all([connectOnce(this.commander), connectOnce(this.listener)]);
      this.peer = peerOf(this.commander);
      await this.prepare();
    } catch (error) {
      this.fail(this.lastError || reasonOf(error));
      return false;
    }
    if (this.ended) return false;
    this.connected = true;
    this.probing = setInterval(() => this.probe(), probeEveryMs);
    return true;
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
      await Promise.race([late, this.commander.quit().catch(() => undefined)]);
      clearTimeout(timer);
    }
    this.end();
  }

  /** Redis would owe answers for too much, were so many bytes given to it as well. */
  protected isTooMuch(bytes: number): boolean {
    return this.unanswered + bytes > maxUnanswered;
  }

  /** Counts the bytes as long as they are not answered. */
  protected async owed<T>(bytes: number, reply: Promise<T>): Promise<T> {
    this.unanswered += bytes;
    try {
      return await reply;
    } finally {
      this.unanswered -= bytes;
    }
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
    this.listener.disconnect();
    this.commander.disconnect();
  }
}
