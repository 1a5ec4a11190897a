import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { Kysely } from 'kysely';
import { ChatError } from '../protocol/chat-error.js';
import { DataFolderLock } from './data-folder.lock.js';
import { Database, DatabaseOpenError } from './database.contract.js';
import { connectSqlite } from './sqlite.connect.js';
import { NodeSqliteDialect } from './sqlite.dialect.js';
import { isBusy, isDiskFault, isPassing } from './sqlite.errors.js';
import type { Tables } from './tables.js';
import { TurnTimeout, Turns } from './turns.js';
import { unavailable } from './unavailable.js';

/** How long a transaction of somebody else in this process may keep the connection, or the right to write. */
const TURN_PATIENCE_MS = 5_000;

/** How long another program may keep the file, and how long at the most between looking whether it still does. */
const LOCK_PATIENCE_MS = 4_000;
const MAX_PAUSE_MS = 50;

/** A file that this process has for itself, and one connection to it, which all that happens here shares. */
export class SqliteDatabase extends Database {
  override readonly dialect = 'sqlite';
  override readonly kysely: Kysely<Tables>;
  private readonly turns = new Turns(TURN_PATIENCE_MS);
  /** Whoever has found the file locked by our own thread waits for it here, and the thread waits in turn. */
  readonly writing = new Turns(TURN_PATIENCE_MS);
  private readonly closers: (() => Promise<void>)[] = [];
  private closing?: Promise<void>;

  private constructor(
    private readonly sqlite: DatabaseSync,
    /** Its path; none where it is in memory. */
    readonly file?: string,
    private readonly folderLock?: DataFolderLock,
  ) {
    super();
    this.kysely = new Kysely<Tables>({
      dialect: new NodeSqliteDialect(
        sqlite,
        this.turns,
        (write) => this.whenFree(write),
        () => this.wrote(),
      ),
    });
  }

  static open(url: string): SqliteDatabase {
    const name = url.replace(/^sqlite:(\/\/)?/, '');
    if (name === ':memory:') return new SqliteDatabase(connectSqlite(name, 'event loop'));
    const file = resolve(name);
    let folderLock: DataFolderLock | undefined;
    try {
      folderLock = DataFolderLock.take(dirname(file));
      return new SqliteDatabase(connectSqlite(file, 'event loop'), file, folderLock);
    } catch (error) {
      folderLock?.release();
      if (error instanceof DatabaseOpenError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new DatabaseOpenError(`The database ${file} cannot be opened: ${reason}`, { cause: error });
    }
  }

  /**
   * Runs `work` with the connection to itself, in one go: no other statement of this process comes between, and no
   * Kysely transaction is open. Whatever transaction `work` leaves open is rolled back.
   */
  async exclusive<T>(work: (sqlite: DatabaseSync) => T): Promise<T> {
    const once = async () => {
      try {
        return work(this.sqlite);
      } finally {
        if (this.sqlite.isOpen && this.sqlite.isTransaction) this.sqlite.exec('rollback');
      }
    };
    return this.turns.run(() => this.whenFree(once));
  }

  /**
   * Runs `work`, which has done nothing where it finds the file locked: then it is run again, for some seconds, while the
   * event loop goes on. Rejects with SQLite's error where it stays locked.
   */
  private async whenFree<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.failed(error);
      if (!isBusy(error) || this.sqlite.isTransaction) throw error;
    }
    const deadline = performance.now() + LOCK_PATIENCE_MS;
    return this.writing.run(async () => {
      for (let pause = 1; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
        try {
          return await work();
        } catch (error) {
          this.failed(error);
          if (!isBusy(error) || performance.now() > deadline) throw error;
          await delay(pause);
        }
      }
    });
  }

  /** Repeating would not help: the one other user of the file has been waited for. */
  override async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const closed = this.closing !== undefined && !(error instanceof ChatError);
      throw closed || isPassing(error) || error instanceof TurnTimeout ? unavailable(error) : error;
    }
  }

  override withoutTimeouts<T>(work: (kysely: Kysely<Tables>) => Promise<T>): Promise<T> {
    return work(this.kysely);
  }

  protected override isDiskFault(error: unknown): boolean {
    return isDiskFault(error);
  }

  override async ping(): Promise<void> {
    await this.exclusive((sqlite) => sqlite.prepare('select count(*) from sqlite_schema').get());
  }

  /** For whoever has a connection of their own to the file: awaited before the folder is let go of. */
  beforeClose(close: () => Promise<void>): void {
    this.closers.push(close);
  }

  override close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    for (const close of this.closers) await close();
    await this.turns.take();
    try {
      await this.kysely.destroy();
      // Kysely closes only what it has used.
      if (this.sqlite.isOpen) this.sqlite.close();
      this.folderLock?.release();
    } finally {
      this.turns.pass();
    }
  }
}
