import type { Dialect } from './database.contract.js';
import type { Flag, Instant } from './auth.tables.js';

/** How Better Auth's adapter writes what the two dialects keep differently, for statements of our own. */
export function columnsOf(dialect: Dialect) {
  const postgres = dialect === 'postgres';
  return {
    instant: (at: Date): Instant => (postgres ? at : at.toISOString()),
    flag: (is: boolean): Flag => (postgres ? is : Number(is)),
  };
}
