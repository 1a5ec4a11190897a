import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../database/database.contract.js';

const PURGE_EVERY_MS = 60_000;
const PURGED_AT_ONCE = 1_000;

export interface Tally {
  count: number;
  /** Nothing is tried before. */
  openAt: number;
  endsAt: number;
}

/**
 * Counts that every process on this database adds to together, each under a name of its own. The names are hashed:
 * people type passwords where their name belongs.
 */
export class AttemptTallies {
  private purgeAt = 0;

  constructor(
    private readonly database: Pick<Database, 'dialect' | 'kysely' | 'attempt'>,
    private readonly secret: string,
    private readonly windowMs: number,
  ) {}

  /**
   * Hands over the tallies of `names`, in their order, and keeps what `change` makes of them. Nobody else reads or
   * changes one of them meanwhile. What `change` throws is passed on, and nothing is kept.
   */
  async change(names: readonly string[], now: number, change: (tallies: Tally[]) => void): Promise<void> {
    const keys = names.map((name) => this.keyOf(name));
    const fresh = { count: 0, open_at: 0, ends_at: now + this.windowMs };
    // In one order everywhere: two that want the same ones must not wait in a circle.
    const sorted = [...keys].sort();
    await this.database.attempt(() =>
      this.database.kysely.transaction().execute(async (store) => {
        await store
          .insertInto('attempt')
          .values(sorted.map((key) => ({ key, ...fresh })))
          .onConflict((conflict) => conflict.column('key').doNothing())
          .execute();
        let query = store.selectFrom('attempt').selectAll().where('key', 'in', sorted).orderBy('key');
        if (this.database.dialect === 'postgres') query = query.forUpdate();
        const rows = new Map((await query.execute()).map((row) => [row.key, row]));
        const tallies = keys.map((key) => this.read(rows.get(key) ?? fresh, now));
        change(tallies);
        const changed = keys.map((key, index) => {
          const { count, openAt, endsAt } = tallies[index] as Tally;
          return { key, count, open_at: openAt, ends_at: endsAt };
        });
        await store
          .insertInto('attempt')
          .values(changed)
          .onConflict((conflict) =>
            conflict.column('key').doUpdateSet({
              count: sql.ref('excluded.count'),
              open_at: sql.ref('excluded.open_at'),
              ends_at: sql.ref('excluded.ends_at'),
            }),
          )
          .execute();
      }),
    );
    this.purge(now);
  }

  /** What is over, or was written by a clock that was wrong, begins anew. */
  private read(row: { count: number; open_at: number; ends_at: number }, now: number): Tally {
    const isOver = row.ends_at <= now || row.ends_at > now + this.windowMs;
    if (isOver) return { count: 0, openAt: 0, endsAt: now + this.windowMs };
    return { count: row.count, openAt: row.open_at, endsAt: row.ends_at };
  }

  /** Now and then, and in nobody's way. */
  private purge(now: number): void {
    if (now < this.purgeAt && this.purgeAt <= now + PURGE_EVERY_MS) return;
    this.purgeAt = now + PURGE_EVERY_MS;
    const { kysely } = this.database;
    const over = kysely.selectFrom('attempt').select('key').where('ends_at', '<', now).limit(PURGED_AT_ONCE);
    this.database
      .attempt(() => kysely.deleteFrom('attempt').where('key', 'in', over).execute())
      // What is left the next one removes.
      .catch(() => undefined);
  }

  private keyOf(name: string): string {
    return createHmac('sha256', this.secret).update(`attempt\0${name}`).digest('base64url');
  }
}
