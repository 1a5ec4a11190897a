import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseCLI, startVitest } from 'vitest/node';
import { canInstall, install } from './apt.ts';
import { SummaryReporter } from './summary.reporter.ts';
import { findTool, type FoundTool, missingSentence, postgresVersion, tools } from './tools.ts';

/**
 * Every test, one command: builds what is stale, brings the programs that npm does not, runs vitest, and
 * ends with the line `N passed, N failed`. Arguments go to vitest: `npm test -- test/e2e`.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));

function build(): void {
  const script = 'src/launch/build-if-stale.ts';
  const { status, error } = spawnSync(process.execPath, [script], { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) throw new Error('The build failed, so nothing was tested.');
}

async function bringTools(): Promise<Map<string, string>> {
  const found = await Promise.all(tools.map((tool) => findTool(tool)));
  const missing = tools.filter((_, index) => !found[index]);
  if (missing.length > 0) {
    if (!(await canInstall())) throw new Error(missingSentence(missing));
    const packages = missing.flatMap((tool) => tool.debianPackages);
    console.log(`Installing ${packages.join(', ')} with apt-get.`);
    await install(packages);
  }
  const versions = new Map([['Node', process.versions.node]]);
  for (const [index, tool] of tools.entries()) {
    const here: FoundTool | null = found[index] ?? (await findTool(tool));
    if (!here) throw new Error(missingSentence([tool]));
    process.env[tool.variable] = here.command;
    versions.set(tool.name, here.version);
  }
  versions.set('PostgreSQL', (await postgresVersion()) ?? 'none that npm could bring for this platform');
  return versions;
}

async function main(): Promise<void> {
  build();
  const versions = await bringTools();
  const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
  const summary = new SummaryReporter();
  const vitest = await startVitest(filter, {
    ...options,
    config: fileURLToPath(new URL('../vitest.config.ts', import.meta.url)),
    watch: false,
    reporters: ['default', summary],
  });
  await vitest.close();

  const { lines, passed, failed } = summary.tally;
  const used = [...versions].map(([name, version]) => `${name} ${version}`).join(', ');
  console.log(['', 'Suites', ...lines, `With ${used}`, `${passed} passed, ${failed} failed`].join('\n'));
  process.exit(failed === 0 ? 0 : 1);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exit(1);
});
