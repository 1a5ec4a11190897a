import { violationsOf } from './findings.js';
import { type Fault, isSound, type Result } from './scenario.js';

const HEAD = [
  'fault',
  'lost',
  'dup',
  'reord',
  'leak',
  'lied',
  'unkn',
  'bare lost',
  'stored',
  'silence',
  'recov p99',
  'stale p99',
];
const WIDTHS = [8, 6, 6, 6, 6, 6, 6, 10, 8, 9, 10, 10];

const row = (cells: readonly (string | number)[]) =>
  cells.map((cell, index) => String(cell).padStart(WIDTHS[index] ?? 0)).join('');
const ms = (value: number) => `${value} ms`;

export const heading = `${row(HEAD)}  what happened`;

/** One line per fault: violations, what the bare layer would have lost, and how long people waited. */
export function line({ id, title }: Fault, result: Result): string {
  const { verdict, bareLost } = result;
  const cells = [
    id,
    verdict.lost,
    verdict.duplicated,
    verdict.reordered,
    verdict.leaked,
    verdict.dishonest,
    verdict.unknown,
    bareLost ?? '-',
    verdict.stored,
    ms(verdict.longestSilenceMs),
    ms(verdict.recoveryMs.p99),
    ms(verdict.staleMs.p99),
  ];
  return `${row(cells)}  ${isSound(result) ? title : `FAILED ${title}`}`;
}

/** What was measured, and everything that was wrong. */
export function details({ verdict, notes, broken }: Result): string[] {
  return [
    ...notes.map((note) => `          ${note}`),
    ...broken.map((promise) => `  broken: ${promise}`),
    ...verdict.problems.map((problem) => `  ${problem}`),
  ];
}

/** What a test that fails should say. */
export function explain(fault: Fault, result: Result): string {
  return [
    `${violationsOf(result.verdict)} violations`,
    heading,
    line(fault, result),
    ...details(result),
  ].join('\n');
}
