import { DatabaseSync } from 'node:sqlite';

/** How long another program (a backup) may keep the file. A thread stands still meanwhile; the event loop does not. */
const BUSY_TIMEOUT_MS = 4_000;

/**
 * Pages in the write-ahead log before they are moved into the file, which a commit waits for: 8 MB take 15 to 30 ms. With 32 MB
 * it was 80, for 5 % less of the writing thread's time, and a tenth less where ids of clients are random.
 */
const CHECKPOINT_PAGES = 2_000;
/** At which the event loop moves them itself: nobody has a writing thread, or that has not managed to. */
const LAST_RESORT_PAGES = 16_000;
/** Of pages that the writing thread keeps: what says that a message is new is found all over its index. */
const WRITER_CACHE_KIB = 32_768;

/** A connection as all of ours are. In the event loop, nobody waits for a checkpoint as long as a writing thread makes them. */
export function connectSqlite(file: string, place: 'event loop' | 'thread'): DatabaseSync {
  const sqlite = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  try {
    sqlite.exec('pragma journal_mode = wal');
    // Acknowledged means on the disk, also where the power fails. WAL alone would keep the file sound, not complete.
    sqlite.exec('pragma synchronous = full');
    // On macOS an ordinary fsync stops at the drive's cache.
    sqlite.exec('pragma fullfsync = on');
    if (place === 'thread') sqlite.exec(`pragma cache_size = -${WRITER_CACHE_KIB}`);
    const pages = place === 'thread' ? CHECKPOINT_PAGES : LAST_RESORT_PAGES;
    sqlite.exec(`pragma wal_autocheckpoint = ${pages}`);
    // A burst must not leave a log of its size behind for ever.
    sqlite.exec('pragma journal_size_limit = 67108864');
    if (place === 'event loop') sqlite.exec('pragma busy_timeout = 0');
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}
