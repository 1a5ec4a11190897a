export type Violation = 'lost' | 'duplicated' | 'reordered' | 'leaked' | 'dishonest';

export interface Percentiles {
  p50: number;
  p99: number;
  most: number;
}

export interface Verdict extends Record<Violation, number> {
  /** The first of each kind of violation, for people. */
  problems: string[];
  acked: number;
  unknown: number;
  stored: number;
  /** Between two messages that one client was shown. */
  longestSilenceMs: number;
  /** From a lost connection until everything missed was shown. */
  recoveryMs: Percentiles;
  /** From an acknowledgement to the moment that a client was shown the message. */
  staleMs: Percentiles;
}

const KEPT_PER_KIND = 8;

/** Counts violations, and remembers the first ones. */
export class Findings {
  readonly counts: Record<Violation, number> = {
    lost: 0,
    duplicated: 0,
    reordered: 0,
    leaked: 0,
    dishonest: 0,
  };
  readonly problems: string[] = [];
  private readonly kept = new Map<Violation, number>();

  add(violation: Violation, problem: string, count = 1): void {
    this.counts[violation] += count;
    const kept = this.kept.get(violation) ?? 0;
    if (kept >= KEPT_PER_KIND) return;
    this.kept.set(violation, kept + 1);
    this.problems.push(`${violation}: ${problem}`);
  }
}

/** Violations of any kind. */
export function violationsOf({ lost, duplicated, reordered, leaked, dishonest }: Verdict): number {
  return lost + duplicated + reordered + leaked + dishonest;
}
