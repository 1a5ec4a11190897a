import type { Redis, RedisOptions } from 'ioredis';
import type { Link, LinkEvents } from './link.js';
import { connectOnce, oneLifeClient, peerOf, reasonOf } from './redis-address.js';
import { type ScriptName, scripts } from './scripts.js';

export interface QueueLinkEvents extends LinkEvents {
  /** The keys to wait on, asked anew before every wait. Of `drained` ones, everything that is there is taken. */
  keys(): { single: string[]; drained: string[] };
  popped(key: string, member: Buffer, score: number): void;
  /** So many came out of one key at once, and `isRest` where nothing was left. */
  took(key: string, count: number, isRest: boolean): void;
}

/** How long one wait for messages lasts; Redis 5 takes whole seconds only. */
const waitS = 2;
const probeEveryMs = 750;
/** Ticks without an answer: 4.5 s, more than twice what a wait may take. */
const ticksMissed = 6;
/** What one key gives at a time: a backlog must not become our memory. */
const drainAtOnce = 100;
/** What Redis may owe us answers for. A frozen Redis must not become our memory. */
const maxUnanswered = 16 * 1024 * 1024;
const quitMs = 1000;

/**
 * One life of the two connections to one Redis of the core layer: one that commands, one that waits for messages. It
 * never reconnects: the first fault of either ends both.
 */
export class QueueLink implements Link {
  peer = '';
  /** It has not answered for a while: nothing new should be given to it. */
  silent = false;
  private readonly commander: Redis;
  private readonly popper: Redis;
  private lastError = '';
  private unanswered = 0;
  private ticksSinceAnswer = 0;
  private ticksSincePop = 0;
  private pinging = false;
  private popping = false;
  private probing?: NodeJS.Timeout;
  private connected = false;
  private ended = false;

  constructor(
    host: RedisOptions,
    private readonly events: QueueLinkEvents,
  ) {
    this.commander = this.client(host);
    this.popper = this.client(host);
  }

  /** Redis owes so many answers that no message should be added. */
  get congested(): boolean {
    return this.unanswered > maxUnanswered;
  }

  async open(): Promise<boolean> {
    try {
      await Promise.all([connectOnce(this.commander), connectOnce(this.popper)]);
      this.peer = peerOf(this.commander);
      await Promise.all([...scripts.values()].map(({ text }) => this.commander.script('LOAD', text)));
    } catch (error) {
      this.fail(this.lastError || reasonOf(error));
      return false;
    }
    if (this.ended) return false;
    this.connected = true;
    this.probing = setInterval(() => this.probe(), probeEveryMs);
    return true;
  }

  /** Takes messages until the link ends. Idempotent. */
  async pop(): Promise<void> {
    if (this.popping) return;
    this.popping = true;
    try {
      while (!this.ended) await this.popOnce();
    } catch (error) {
      this.fail(reasonOf(error));
    }
  }

  /**
   * Undefined where it was not sent. The order of calls is the order in which they take effect. Rejects where Redis
   * refuses or the link ends first: whether it took effect is then unknown.
   */
  call(
    script: ScriptName,
    keys: readonly string[],
    args: readonly (string | Buffer)[],
  ): Promise<unknown> | undefined {
    if (!this.connected || this.ended) return undefined;
    const size = args.reduce((sum, arg) => sum + arg.length, 0);
    this.unanswered += size;
    const { sha, text } = scripts.get(script)!;
    const given = [keys.length, ...keys, ...args] as const;
    const reply = this.commander.evalsha(sha, ...given).catch((error: unknown) => {
      // Somebody emptied Redis' scripts, and nothing was done: the text itself brings it back.
      if (!reasonOf(error).startsWith('NOSCRIPT') || this.ended) throw error;
      return this.commander.eval(text, ...given);
    });
    return this.answer(reply, size);
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

  /** Waits for the first message, and takes what is behind it in the same round trip. */
  private async popOnce(): Promise<void> {
    const { single, drained } = this.events.keys();
    const first = this.popper.bzpopminBuffer(...single, ...drained, waitS);
    const rest = drained.map((key) => this.popper.zpopminBuffer(key, drainAtOnce));
    const [head, ...tails] = await Promise.all([first, ...rest]);
    if (this.ended) return;
    this.ticksSincePop = 0;
    this.heard();
    if (head) this.events.popped(head[0].toString(), head[1], Number(head[2].toString()));
    for (const [index, tail] of tails.entries()) {
      const flat = tail as Buffer[];
      const key = drained[index]!;
      for (let i = 0; i + 1 < flat.length; i += 2)
        this.events.popped(key, flat[i]!, Number(flat[i + 1]!.toString()));
      const count = flat.length / 2;
      const isHead = head?.[0].toString() === key;
      if (count > 0 || isHead) this.events.took(key, count + (isHead ? 1 : 0), count < drainAtOnce);
    }
  }

  private async answer(reply: Promise<unknown>, size: number): Promise<unknown> {
    try {
      return await reply;
    } catch (error) {
      const reason = reasonOf(error);
      // A master that has become a replica: a new link finds its way.
      if (/^(READONLY|LOADING)/.test(reason)) this.fail(reason);
      throw error;
    } finally {
      this.unanswered -= size;
    }
  }

  /** Ticks are counted, not milliseconds: an event loop that was blocked has had one tick, and blames nobody. */
  private probe(): void {
    this.ticksSinceAnswer++;
    if (this.popping) this.ticksSincePop++;
    if (!this.silent && !this.isAnswered()) {
      this.silent = true;
      this.events.silent(`no answer for ${(ticksMissed * probeEveryMs) / 1000} s`);
    }
    if (!this.pinging && !this.ended) this.ping();
  }

  private ping(): void {
    this.pinging = true;
    this.commander.ping().then(
      () => {
        this.pinging = false;
        this.ticksSinceAnswer = 0;
        this.heard();
      },
      (error: unknown) => this.fail(reasonOf(error)),
    );
  }

  private isAnswered(): boolean {
    return Math.max(this.ticksSinceAnswer, this.ticksSincePop) <= ticksMissed;
  }

  /** On either connection; it takes both. */
  private heard(): void {
    if (this.ended || !this.isAnswered()) return;
    this.silent = false;
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
    this.popper.disconnect();
    this.commander.disconnect();
  }
}
