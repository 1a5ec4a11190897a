import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { AuthTables } from '../database/auth.tables.js';
import type { Database } from '../database/database.contract.js';
import type { Tables } from '../database/tables.js';
import { Recurring } from '../recurring.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Rows that one statement looks at: some milliseconds of SQLite, which meanwhile does nothing else. */
const BATCH = 200;
/** Others get the database between two batches. */
const PAUSE_MS = 50;

export interface CleanupOptions {
  /** Between two runs. */
  everyHours: number;
  /** How long a guest may be without a sign-in. */
  guestDays: number;
}

export interface Removed {
  sessions: number;
  guests: number;
}

/**
 * Takes away, in the background, sign-ins that have ended, and guests who left no trace: who have had no sign-in for
 * long, never wrote and never chose a name. Nobody can be such a guest again. Who wrote keeps account and name.
 *
 * Several processes may do so at once: what one has removed, another does not find.
 */
export class AccountCleanup implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(AccountCleanup.name);
  private readonly stopping = new AbortController();
  private readonly tables: Kysely<Tables & AuthTables>;
  private readonly recurring = new Recurring(
    () => this.runQuietly(),
    () => this.options.everyHours * HOUR_MS,
  );
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Pick<Database, 'dialect' | 'kysely' | 'attempt'>,
    private readonly options: CleanupOptions,
  ) {
    this.tables = database.kysely.withTables<AuthTables>();
  }

  /** The first run is within the first hour: a process may not live for a whole interval. */
  onApplicationBootstrap(): void {
    this.recurring.schedule(HOUR_MS * Math.random());
  }

  /** Before the database is closed. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.recurring.stop();
    await this.running;
  }

  /** Once through everything, in small steps. Rejects where the database cannot be reached. */
  run(now = Date.now()): Promise<Removed> {
    const run = this.removeAll(now);
    this.running = run.catch(() => undefined);
    return run;
  }

  private async removeAll(now: number): Promise<Removed> {
    const sessions = await this.repeat(() => this.endSessions(now));
    let after = '';
    const guests = await this.repeat(async () => {
      const { last, ...step } = await this.forgetGuests(now, after);
      after = last;
      return step;
    });
    return { sessions, guests };
  }

  private async runQuietly(): Promise<void> {
    try {
      const { sessions, guests } = await this.run();
      if (sessions + guests > 0)
        this.logger.log(`removed ${sessions} sign-ins that had ended and ${guests} guests who were gone`);
    } catch (error) {
      this.logger.warn(`what is over could not be removed, the next run will: ${String(error)}`);
    }
  }

  private async repeat(step: () => Promise<{ removed: number; more: boolean }>): Promise<number> {
    let total = 0;
    while (!this.stopping.signal.aborted) {
      const { removed, more } = await this.database.attempt(step);
      total += removed;
      if (!more) break;
      await pause(PAUSE_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
    return total;
  }

  /** A guest's time without a sign-in begins when the last one is removed: `updatedAt` says when. */
  private async endSessions(now: number): Promise<{ removed: number; more: boolean }> {
    const ended = await this.tables
      .selectFrom('session')
      .select(['id', 'userId'])
      .where('expiresAt', '<=', this.instant(now))
      .orderBy('expiresAt')
      .limit(BATCH)
      .execute();
    if (ended.length === 0) return { removed: 0, more: false };
    await this.tables
      .updateTable('user')
      .set({ updatedAt: this.instant(now) })
      .where(
        'id',
        'in',
        ended.map(({ userId }) => userId),
      )
      .where('isAnonymous', '=', this.yes)
      .execute();
    const { numDeletedRows } = await this.tables
      .deleteFrom('session')
      .where(
        'id',
        'in',
        ended.map(({ id }) => id),
      )
      .executeTakeFirstOrThrow();
    return { removed: Number(numDeletedRows), more: ended.length === BATCH };
  }

  /** Walks the people by their id: each step looks at so many, however few of them are to be removed. */
  private async forgetGuests(
    now: number,
    after: string,
  ): Promise<{ removed: number; more: boolean; last: string }> {
    const page = await this.tables
      .selectFrom('user')
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .limit(BATCH)
      .execute();
    const last = page.at(-1)?.id;
    if (last === undefined) return { removed: 0, more: false, last: after };
    const { numDeletedRows } = await this.tables
      .deleteFrom('user')
      .where('id', '>', after)
      .where('id', '<=', last)
      .where('isAnonymous', '=', this.yes)
      .where('updatedAt', '<', this.instant(now - this.options.guestDays * DAY_MS))
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('session').select('session.id').whereRef('session.userId', '=', 'user.id'))),
      )
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('person').select('person.id').whereRef('person.id', '=', 'user.id'))),
      )
      .executeTakeFirstOrThrow();
    return { removed: Number(numDeletedRows), more: page.length === BATCH, last };
  }

  /** As a column of this database takes it. */
  private instant(at: number): string | Date {
    return this.database.dialect === 'postgres' ? new Date(at) : new Date(at).toISOString();
  }

  private get yes(): boolean | number {
    return this.database.dialect === 'postgres' ? true : 1;
  }
}
