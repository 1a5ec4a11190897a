import type { Percentiles } from './findings.js';
import type { Send, View } from './history.js';

export interface Times {
  longestSilenceMs: number;
  recoveryMs: Percentiles;
  staleMs: Percentiles;
}

/** How long people waited. Says nothing of right and wrong. */
export function timesOf(sends: readonly Send[], views: readonly View[]): Times {
  const ackedAt = new Map<string, number>();
  for (const { room, seq, answeredAt } of sends)
    if (seq !== undefined && answeredAt !== undefined) ackedAt.set(`${room} ${seq}`, answeredAt);
  const recovery: number[] = [];
  const stale: number[] = [];
  let longestSilenceMs = 0;
  for (const { glimpses } of views) {
    let shownAt: number | undefined;
    let closedAt: number | undefined;
    for (const glimpse of glimpses) {
      if (glimpse.kind === 'closed') closedAt ??= glimpse.at;
      if (glimpse.kind === 'whole' && closedAt !== undefined) {
        recovery.push(glimpse.at - closedAt);
        closedAt = undefined;
      }
      if (glimpse.kind !== 'shown') continue;
      longestSilenceMs = Math.max(longestSilenceMs, glimpse.at - (shownAt ?? glimpse.at));
      shownAt = glimpse.at;
      const acked = ackedAt.get(`${glimpse.message.room} ${glimpse.message.seq}`);
      if (acked !== undefined) stale.push(Math.max(0, glimpse.at - acked));
    }
  }
  return {
    longestSilenceMs: Math.round(longestSilenceMs),
    recoveryMs: percentiles(recovery),
    staleMs: percentiles(stale),
  };
}

/** How much later than `healedAt` somebody was shown what had been acknowledged before it. */
export function staleBehind(healedAt: number, sends: readonly Send[], views: readonly View[]): number {
  const before = new Set<string>();
  for (const { room, seq, answeredAt } of sends)
    if (seq !== undefined && answeredAt !== undefined && answeredAt < healedAt) before.add(`${room} ${seq}`);
  let latest = healedAt;
  for (const { glimpses } of views)
    for (const glimpse of glimpses)
      if (glimpse.kind === 'shown' && before.has(`${glimpse.message.room} ${glimpse.message.seq}`))
        latest = Math.max(latest, glimpse.at);
  return latest - healedAt;
}

/** Zeros where there is nothing to rank. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
  return { p50: at(0.5), p99: at(0.99), most: at(1) };
}
