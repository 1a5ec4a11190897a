import { Logger } from '@nestjs/common';
import type { Database } from '../database/database.contract.js';
import { ChatError } from '../protocol/index.js';
import { AttemptTallies } from './attempt-tallies.js';
import { networkOf } from './network-of.js';

const HOUR_MS = 3_600_000;
/** So many wrong passwords for a name from one address before it has to wait, longer each time. */
const FREE = 5;
const LONGEST_WAIT_MS = 900_000;
/** Wrong passwords an hour: for one name from everywhere, and from one address for every name. */
const PER_NAME = 100;
const PER_ADDRESS = 200;
/** A refusal is remembered here for so long at most: who hammers on asks the database no more than that. */
const REMEMBERED_MS = 10_000;
const CAPACITY = 10_000;

/** One try, which counts as failed until it is known to have succeeded: a hundred at once are a hundred. */
export interface Attempt {
  succeeded(): Promise<void>;
  /** It was not judged: we were too busy, or the database was away. */
  withdraw(): Promise<void>;
}

const uncounted: Attempt = { succeeded: async () => undefined, withdraw: async () => undefined };

/**
 * Slows down who guesses passwords, without locking out who knows it: a browser that has signed in by a name before
 * is counted for itself. All processes on one database count together.
 */
export class SignInGuard {
  private readonly logger = new Logger(SignInGuard.name);
  private readonly refused = new Map<string, { openAt: number; until: number }>();
  private readonly tallies: AttemptTallies;

  constructor(
    database: Pick<Database, 'dialect' | 'kysely' | 'attempt'>,
    secret: string,
    private readonly enabled = true,
    private readonly now: () => number = Date.now,
  ) {
    this.tallies = new AttemptTallies(database, secret, HOUR_MS);
  }

  /** `device` names a browser that is known for this name. Rejects with `rate_limited`, `unavailable`. */
  async begin(name: string, address: string, device?: string): Promise<Attempt> {
    if (!this.enabled) return uncounted;
    const network = networkOf(address);
    const names =
      device === undefined
        ? [`pair ${network} ${name}`, `name ${name}`, `address ${network}`]
        : [`device ${device} ${name}`];
    const pair = names[0] as string;
    const known = this.refused.get(pair);
    if (known && known.until > this.now()) this.check(known.openAt);
    try {
      await this.tallies.change(names, this.now(), ([tally, perName, perAddress]) => {
        this.check(tally?.openAt ?? 0);
        if (perName && perName.count >= PER_NAME) this.check(perName.endsAt);
        if (perAddress && perAddress.count >= PER_ADDRESS) this.check(perAddress.endsAt);
        for (const each of [tally, perName, perAddress]) if (each) each.count += 1;
        if (tally && tally.count >= FREE)
          tally.openAt = this.now() + Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** (tally.count - FREE));
      });
    } catch (error) {
      if (error instanceof ChatError && error.code === 'rate_limited')
        this.remember(pair, this.now() + (error.retryAfterMs ?? 0));
      throw error;
    }
    return {
      withdraw: () => this.takeBack(names, false),
      succeeded: () => this.takeBack(names, true),
    };
  }

  /** Never rejects: an attempt that stays counted is a small wrong, and nobody's sign-in fails for it. */
  private async takeBack(names: readonly string[], anew: boolean): Promise<void> {
    try {
      await this.tallies.change(names, this.now(), (tallies) => {
        for (const each of tallies) each.count = Math.max(0, each.count - 1);
        const [tally] = tallies;
        if (tally && anew) tally.count = 0;
        if (tally && tally.count < FREE) tally.openAt = 0;
      });
    } catch (error) {
      this.logger.warn(`an attempt stays counted: ${String(error)}`);
    }
  }

  private check(openAt: number): void {
    const wait = openAt - this.now();
    if (wait > 0)
      throw new ChatError('rate_limited', 'too many wrong passwords; please wait', Math.ceil(wait));
  }

  private remember(name: string, openAt: number): void {
    const now = this.now();
    this.refused.delete(name);
    this.refused.set(name, { openAt, until: Math.min(openAt, now + REMEMBERED_MS) });
    for (const [oldest, { until }] of this.refused) {
      if (this.refused.size <= CAPACITY && until > now) break;
      this.refused.delete(oldest);
    }
  }
}
