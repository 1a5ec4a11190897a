import { CloseCode, mayReconnect } from '../../src/protocol/codes.js';

/** When to come back after a socket closed. Pure: time and chance are passed in. */

/**
 * The longest that one waits, by how often one came in vain. A server that is started again is back within seconds: until
 * then nobody waits longer than two.
 */
const CEILINGS_MS = [500, 1_000, 1_500, 2_000, 2_000, 2_000, 2_000, 3_000, 5_000, 8_000, 12_000] as const;
export const SHORTEST_WAIT_MS = CEILINGS_MS[0];
export const LONGEST_WAIT_MS = 20_000;
/** A connection that lived this long was a good one: the next wait starts from the shortest again. */
export const CALM_MS = 30_000;

export interface Closed {
  code: number;
  /** How long the connection had been open; 0 where it never opened. */
  openForMs: number;
  /** What the server asked for in `bye` or a refusal. */
  retryAfterMs?: number;
  /** Closes in a row without calm, this one not counted. */
  attempt: number;
  /** 0 ≤ chance < 1. */
  chance: number;
}

export type Next = { kind: 'stop' } | { kind: 'wait'; ms: number; attempt: number };

/** Full jitter: anything up to the ceiling, so that a thousand clients do not come back as one. */
export function jitter(attempt: number, chance: number): number {
  return Math.floor((CEILINGS_MS[attempt] ?? LONGEST_WAIT_MS) * chance);
}

export function afterClose({ code, openForMs, retryAfterMs = 0, attempt, chance }: Closed): Next {
  if (!mayReconnect(code)) return { kind: 'stop' };
  const current = openForMs >= CALM_MS ? 0 : attempt;
  const wait = jitter(current, chance);
  // A server that leaves has told each another moment: to spread them once more would only make them wait.
  const ms = code === CloseCode.restarting ? Math.max(retryAfterMs, wait) : retryAfterMs + wait;
  return { kind: 'wait', ms, attempt: current + 1 };
}
