import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseOpenError } from './database.contract.js';
import { isBusy } from './sqlite.errors.js';

/**
 * One process per data folder. What locks is an exclusive SQLite transaction on `lock.db` that stays open: the
 * operating system ends it with the process, however that ends, so there is no stale lock to judge. `lock.pid` beside
 * it only says who; it may be left over.
 */
export class DataFolderLock {
  private constructor(
    private readonly sqlite: DatabaseSync,
    private readonly pidFile: string,
  ) {}

  /** Creates the folder. Throws `DatabaseOpenError`, naming the folder and the other process, where it is in use. */
  static take(folder: string): DataFolderLock {
    const pidFile = join(folder, 'lock.pid');
    // Messages and sign-ins are inside.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Of two that start together each may see the other's first step: waiting a little lets one of them win.
    const sqlite = new DatabaseSync(join(folder, 'lock.db'), { timeout: 1_000 });
    try {
      sqlite.exec('begin exclusive');
      writeFileSync(pidFile, `${process.pid} ${hostname()}\n`);
    } catch (error) {
      sqlite.close();
      throw isBusy(error) ? new DatabaseOpenError(inUse(folder, pidFile), { cause: error }) : error;
    }
    return new DataFolderLock(sqlite, pidFile);
  }

  /** Idempotent. */
  release(): void {
    if (!this.sqlite.isOpen) return;
    rmSync(this.pidFile, { force: true });
    this.sqlite.close();
  }
}

function inUse(folder: string, pidFile: string): string {
  return `The data folder ${folder} is in use by ${owner(pidFile)}. Stop that one first, or set DATABASE_URL to another folder.`;
}

function owner(pidFile: string): string {
  try {
    const [pid, host] = readFileSync(pidFile, 'utf8').trim().split(' ');
    return host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  } catch {
    return 'another process';
  }
}
