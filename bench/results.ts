import { DISTURBED_AT } from './contention.ts';
import type { Round } from './measure.ts';
import type { Mark, Row, ServerName } from './plan.ts';

/** The median of the rounds that count. */
export interface Summary {
  values: Record<string, number>;
  capped: boolean;
  rounds: number;
}

/** A quotient, and whether the generator left one of its sides open. */
export interface Ratio {
  value: number;
  /** At least, at most, or neither known. */
  sign: '' | '≥ ' | '≤ ' | '≈ ';
}

/** All that was measured, by row and server. */
export class Results {
  readonly invalid: string[] = [];
  disturbed = 0;
  counted = 0;
  private readonly measured = new Map<string, Round[]>();

  add(row: Row, server: ServerName, measured: Round): void {
    const key = `${row.name} ${server}`;
    this.counted++;
    if ((measured.othersCpu ?? 0) > DISTURBED_AT) this.disturbed++;
    this.measured.set(key, [...(this.measured.get(key) ?? []), measured]);
  }

  fail(row: Row, server: ServerName, round: number, reason: string): void {
    this.invalid.push(`${row.title}, ${server}, round ${round}: ${reason}`);
  }

  of(row: string, server: ServerName): Summary | undefined {
    const rounds = this.measured.get(`${row} ${server}`);
    if (!rounds) return undefined;
    const names = Object.keys(rounds[0]?.values ?? {});
    const values = Object.fromEntries(
      names.map((name) => [name, median(rounds.map((round) => round.values[name] ?? Number.NaN))]),
    );
    return { values, capped: rounds.some((round) => round.capped), rounds: rounds.length };
  }

  /** `above` ÷ `below`; undefined where one of them was not measured. */
  ratio(value: string, above: Summary | undefined, below: Summary | undefined): Ratio | undefined {
    const quotient = (above?.values[value] ?? Number.NaN) / (below?.values[value] ?? Number.NaN);
    if (!Number.isFinite(quotient)) return undefined;
    const sign = above?.capped ? (below?.capped ? '≈ ' : '≥ ') : below?.capped ? '≤ ' : '';
    return { value: quotient, sign };
  }
}

export interface Verdict {
  mark: Mark;
  ratio: Ratio | undefined;
  met: boolean | undefined;
}

/** What a mark asks, and what came out. A side that the generator left open counts as what was seen of it. */
export function judge(mark: Mark, row: Row, results: Results): Verdict {
  const ours = results.of(row.name, 'ours');
  let ratio: Ratio | undefined;
  if (mark.peer) ratio = results.ratio(row.value, ours, results.of(row.name, mark.peer));
  else if (mark.overRow) ratio = results.ratio(row.value, ours, results.of(mark.overRow, 'ours'));
  else if (ours) ratio = { value: ours.values[row.value] ?? Number.NaN, sign: ours.capped ? '≥ ' : '' };
  const met = ratio && ratio.value >= (mark.least ?? -Infinity) && ratio.value <= (mark.most ?? Infinity);
  return { mark, ratio, met };
}

export function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
