import type { Kysely } from 'kysely';
import type { Tables } from './tables.js';

export type Dialect = 'sqlite' | 'postgres';

/** One database of this process, shared by everything that stores: rooms and accounts. */
export abstract class Database {
  abstract readonly dialect: Dialect;
  /**
   * With SQLite there is one connection. Inside `kysely.transaction()` use the transaction it hands over and nothing
   * else: a call on `kysely` itself would wait for that very transaction, and is refused after some seconds.
   */
  abstract readonly kysely: Kysely<Tables>;
  /**
   * Runs work that may be repeated: it is, up to three times, after a lost connection, a deadlock or a serialization
   * failure. Rejects with `ChatError('unavailable')` where the database cannot be reached or does not finish in
   * time; then whether it took effect is unknown. Any other error passes through.
   */
  abstract attempt<T>(work: () => Promise<T>): Promise<T>;
  /** For schema changes: no statement is cut off for taking long. */
  abstract withoutTimeouts<T>(work: (kysely: Kysely<Tables>) => Promise<T>): Promise<T>;
  /**
   * False from when something could not be written, for the disk's sake, until something is. Nothing is written to find
   * that out.
   */
  get takesWrites(): boolean {
    return !this.diskFails;
  }
  private diskFails = false;
  /** Something is on the disk. */
  wrote(): void {
    this.diskFails = false;
  }
  /** Something was refused, or something that was to be on the disk is not. */
  failed(error: unknown): void {
    if (this.isDiskFault(error)) this.diskFails = true;
  }
  /** The disk is full, or fails. */
  protected abstract isDiskFault(error: unknown): boolean;
  /** Resolves where the database answers, within seconds; rejects otherwise. */
  abstract ping(): Promise<void>;
  /** Waits for what is under way, then lets go of everything. Idempotent. */
  abstract close(): Promise<void>;
}

/** The database cannot be opened. The message is for the operator: print it and end with 1. */
export class DatabaseOpenError extends Error {
  override readonly name = 'DatabaseOpenError';
}
