import { ChatError } from '../protocol/index.js';
import { AppendStats } from './append-stats.js';

/** Appends that one transaction takes at the most. */
export const MAX_BATCH = 512;
/** Appends that may wait. Above it the sender is told to come back: memory stays bounded while the database stands. */
export const MAX_WAITING = 1_000;
const RETRY_MS = 500;
/** So many share a commit well enough: no need to see what else the event loop brings. */
const WORTH_A_COMMIT = 64;

/** What became of one append of a batch: its result, why it alone was refused, or who goes on with it. */
export type Outcome<Result> = { result: Result } | { refused: ChatError } | { later: Promise<Result> };

/** Goes on by itself. It may fail before its sender is told, while nobody listens yet. */
export function later<Result>(goingOn: Promise<Result>): Outcome<Result> {
  goingOn.catch(() => undefined);
  return { later: goingOn };
}

interface Waiting<Draft, Result> {
  draft: Draft;
  resolve: (result: Result) => void;
  reject: (reason: unknown) => void;
}

/**
 * Many appends, one transaction. While one runs, appends gather; the next takes them all, so that the price of a commit
 * is shared by however many came meanwhile, and nobody waits for a timer. Order is kept.
 *
 * Where the store takes turns with this thread, and more gathered than one transaction takes, all of them are stored
 * before anybody is told: telling costs a write per receiver, however much it is that they are told.
 */
export class GroupCommit<Draft, Result> {
  private waiting: Waiting<Draft, Result>[] = [];
  private running = false;

  /**
   * `commit` stores a batch in one transaction and tells of each draft, in order, what became of it. Where it rejects,
   * the whole batch does: none of it may have been stored, or all of it.
   */
  constructor(
    private readonly commit: (drafts: Draft[]) => Promise<Outcome<Result>[]>,
    /** Called when nothing waits any more. */
    private readonly onIdle: () => void = () => undefined,
    private readonly stats = new AppendStats(),
    /** Whether the store works while this thread goes on: then it is kept busy. */
    private readonly overlaps = true,
  ) {}

  /** Resolves after the commit. Rejects with `busy` where too many wait already; then nothing is stored. */
  append(draft: Draft): Promise<Result> {
    if (this.waiting.length >= MAX_WAITING) return Promise.reject(tooManyWait());
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push({ draft, resolve, reject });
      this.stats.waiting++;
      if (this.running) return;
      this.running = true;
      // Whatever else this turn of the event loop brings belongs to the first transaction already.
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const stored: (() => void)[] = [];
      const transactions = this.overlaps ? 1 : Math.ceil(this.waiting.length / MAX_BATCH);
      while (stored.length < transactions) stored.push(await this.store());
      for (const tell of stored) tell();
      if (this.overlaps && this.waiting.length >= WORTH_A_COMMIT) continue;
      // First what was stored leaves, and what came meanwhile is read: two turns, as it leaves at the end of one.
      await nextTurn();
      await nextTurn();
    }
    this.running = false;
    this.onIdle();
  }

  /** The next transaction. Resolves with what tells its senders; never rejects. */
  private async store(): Promise<() => void> {
    const batch = this.waiting.splice(0, MAX_BATCH);
    this.stats.waiting -= batch.length;
    const began = performance.now();
    try {
      const outcomes = await this.commit(batch.map(({ draft }) => draft));
      return () => settle(batch, outcomes);
    } catch (error) {
      return () => {
        for (const { reject } of batch) reject(error);
      };
    } finally {
      this.stats.onBatch?.(batch.length, (performance.now() - began) / 1000);
    }
  }
}

export function tooManyWait(): ChatError {
  return new ChatError('busy', 'too many messages are waiting to be stored', RETRY_MS);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function settle<Draft, Result>(batch: Waiting<Draft, Result>[], outcomes: Outcome<Result>[]): void {
  batch.forEach(({ resolve, reject }, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) reject(new Error('the store told nothing of an append'));
    else if ('refused' in outcome) reject(outcome.refused);
    else if ('later' in outcome) outcome.later.then(resolve, reject);
    else resolve(outcome.result);
  });
}
