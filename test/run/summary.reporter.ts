import { readFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { type FileResult, suiteOf, tally, type Tally } from './tally.ts';

/** Keeps what a run came to, for the summary that is printed after everything else. */
export class SummaryReporter implements Reporter {
  private result: Tally = tally([], 0);

  onTestRunEnd(
    modules: Parameters<NonNullable<Reporter['onTestRunEnd']>>[0],
    unhandledErrors: Parameters<NonNullable<Reporter['onTestRunEnd']>>[1],
    reason: Parameters<NonNullable<Reporter['onTestRunEnd']>>[2],
  ): void {
    const cut = reason === 'interrupted' ? 1 : 0;
    this.result = tally(modules.map(fileResult), unhandledErrors.length + cut);
  }

  get tally(): Tally {
    return this.result;
  }
}

function fileResult(module: TestModule): FileResult {
  const path = module.relativeModuleId;
  const result: FileResult = {
    suite: suiteOf(path, readFileSync(module.moduleId, 'utf8')),
    path,
    passed: 0,
    failed: 0,
    skipped: [],
    errors: module.errors().length,
  };
  for (const suite of module.children.allSuites()) result.errors += suite.errors().length;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') result.passed += 1;
    else if (state === 'failed') result.failed += 1;
    else result.skipped.push(test.fullName);
  }
  return result;
}
