/**
 * What a program of ours started ends with it: each is killed on `exit`, which a signal alone would not bring about.
 * For programs; a test run has it from its runner.
 */
export function exitOnInterruption(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
}
