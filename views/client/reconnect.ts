import { mayReconnect } from '../../src/protocol/codes.js';

/** When to come back after a socket closed. Pure: time and chance are passed in. */

export const SHORTEST_WAIT_MS = 500;
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
  const ceiling = Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** Math.min(attempt, 16));
  return Math.floor(ceiling * chance);
}

export function afterClose({ code, openForMs, retryAfterMs = 0, attempt, chance }: Closed): Next {
  if (!mayReconnect(code)) return { kind: 'stop' };
  const current = openForMs >= CALM_MS ? 0 : attempt;
  return { kind: 'wait', ms: retryAfterMs + jitter(current, chance), attempt: current + 1 };
}
