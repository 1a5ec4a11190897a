import type { Database } from './database.contract.js';
import { PostgresDatabase } from './postgres.database.js';
import { SqliteDatabase } from './sqlite.database.js';

export { Database, DatabaseOpenError, type Dialect } from './database.contract.js';

export interface DatabaseOptions {
  /** `sqlite:<path>` from the working directory, `sqlite::memory:`, or `postgres://…`. */
  url: string;
  /** Connections to PostgreSQL that this process may hold. */
  pool: number;
  /** How long PostgreSQL may take to answer for the first time: it may be starting too. 10 s where not given. */
  patienceMs?: number;
}

/**
 * Opens what `url` names, and makes sure that it answers. The tables are brought up to date by `migrate`.
 * Rejects with `DatabaseOpenError`.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url.startsWith('sqlite:')
    ? SqliteDatabase.open(options.url)
    : PostgresDatabase.open(options.url, options.pool, options.patienceMs ?? 10_000);
}
