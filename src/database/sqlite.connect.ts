import { DatabaseSync } from 'node:sqlite';

/** How long another program (a backup) may keep the file. The event loop stands still meanwhile. */
const BUSY_TIMEOUT_MS = 1_000;

/** A connection as all of ours are. */
export function connectSqlite(file: string): DatabaseSync {
  const sqlite = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  try {
    sqlite.exec('pragma journal_mode = wal');
    // Acknowledged means on the disk, also where the power fails. WAL alone would keep the file sound, not complete.
    sqlite.exec('pragma synchronous = full');
    // On macOS an ordinary fsync stops at the drive's cache.
    sqlite.exec('pragma fullfsync = on');
    // A burst must not leave a log of its size behind for ever.
    sqlite.exec('pragma journal_size_limit = 67108864');
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}
