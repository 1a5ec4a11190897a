import type { LinkEvents } from './link.js';
import { OneLife, probeEveryMs } from './one-life.js';
import { reasonOf } from './redis-address.js';
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
/** Ticks without an answer: 4.5 s, more than twice what a wait may take. */
const ticksMissed = 6;
/** What one key gives at a time: a backlog must not become our memory. */
const drainAtOnce = 100;

/** One life of the connections to one Redis of the core layer: the listener waits for messages. */
export class QueueLink extends OneLife<QueueLinkEvents> {
  /** It has not answered for a while: nothing new should be given to it. */
  silent = false;
  private ticksSinceAnswer = 0;
  private ticksSincePop = 0;
  private pinging = false;
  private popping = false;

  /** Redis owes so many answers that no message should be added. */
  get congested(): boolean {
    return this.isTooMuch(0);
  }

  protected override prepare(): Promise<unknown> {
    return Promise.all([...scripts.values()].map(({ text }) => this.commander.script('LOAD', text)));
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
    const { sha, text } = scripts.get(script)!;
    const given = [keys.length, ...keys, ...args] as const;
    const reply = this.commander.evalsha(sha, ...given).catch((error: unknown) => {
      // Somebody emptied Redis' scripts, and nothing was done: the text itself brings it back.
      if (!reasonOf(error).startsWith('NOSCRIPT') || this.ended) throw error;
      return this.commander.eval(text, ...given);
    });
    return this.owed(size, reply).catch((error: unknown) => this.refused(error));
  }

  /** Waits for the first message, and takes what is behind it in the same round trip. */
  private async popOnce(): Promise<void> {
    const { single, drained } = this.events.keys();
    const first = this.listener.bzpopminBuffer(...single, ...drained, waitS);
    const rest = drained.map((key) => this.listener.zpopminBuffer(key, drainAtOnce));
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

  private refused(error: unknown): never {
    const reason = reasonOf(error);
    // A master that has become a replica: a new link finds its way.
    if (/^(READONLY|LOADING)/.test(reason)) this.fail(reason);
    throw error;
  }

  /** Ticks are counted, not milliseconds: an event loop that was blocked has had one tick, and blames nobody. */
  protected override probe(): void {
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
}
