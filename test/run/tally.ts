/** What one test file came to. */
export interface FileResult {
  suite: string;
  path: string;
  passed: number;
  failed: number;
  /** Names of tests that did not run, for whatever reason. */
  skipped: string[];
  /** Errors outside any test: the file did not load, or a hook threw. */
  errors: number;
}

export interface Tally {
  passed: number;
  failed: number;
  lines: string[];
}

const OWN_FOLDER = new Set(['contracts', 'e2e', 'browser', 'chaos', 'django', 'run', 'launch']);

/** The suite a file belongs to: that of its folder, `contract` for what runs a shared contract, else `unit`. */
export function suiteOf(path: string, source: string): string {
  const folder = path.split('/')[1] ?? '';
  if (folder === 'contracts' || /^(import|}).* from '[^']*\.contract\.js'/m.test(source)) return 'contract';
  return OWN_FOLDER.has(folder) ? folder : 'unit';
}

/** Adds everything up. A test that did not run is a promise nobody checked, so it counts as failed. */
export function tally(files: readonly FileResult[], errorsOutside: number): Tally {
  const suites = Map.groupBy(files, (file) => file.suite);
  const lines: string[] = [];
  let passed = 0;
  let failed = errorsOutside;
  for (const [suite, members] of [...suites].sort(([a], [b]) => a.localeCompare(b))) {
    const sum = (of: (file: FileResult) => number) => members.reduce((total, file) => total + of(file), 0);
    const ok = sum((file) => file.passed);
    const bad = sum((file) => file.failed + file.skipped.length + file.errors);
    passed += ok;
    failed += bad;
    lines.push(
      `  ${suite.padEnd(10)}${String(ok).padStart(5)} passed${String(bad).padStart(5)} failed   in ${members.length} files`,
    );
  }
  for (const file of files)
    for (const name of file.skipped) lines.push(`  did not run, counts as failed: ${file.path} > ${name}`);
  if (errorsOutside) lines.push(`  errors outside any test, each counts as failed: ${errorsOutside}`);
  if (passed + failed === 0) {
    failed = 1;
    lines.push('  no test ran, which counts as one failure');
  }
  return { passed, failed, lines };
}
