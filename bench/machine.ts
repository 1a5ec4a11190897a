import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { canPin } from './child.ts';
import { ourEntry } from './measure.ts';

const here = import.meta.dirname;
/** Of the largest row: both ends of 5,000 connections, the senders, and some for the process itself. */
const FILES_NEEDED = 5_600;

/** Everything that must be there before the first round; throws with what to do where it is not. */
export function prepare(): void {
  if (!existsSync(ourEntry))
    throw new Error('The project is not built: "npm run build" in its root, then again.');
  if (!existsSync(join(here, 'node_modules', 'socket.io'))) installPeers();
  const { open_files: files } = (
    process.report.getReport() as { userLimits: { open_files: { soft: number | 'unlimited' } } }
  ).userLimits;
  if (files.soft !== 'unlimited' && files.soft < FILES_NEEDED)
    throw new Error(
      `A process may open ${files.soft} files here, and ${FILES_NEEDED} are needed: raise it with "ulimit -n ${FILES_NEEDED}".`,
    );
}

function installPeers(): void {
  console.error('Installing what is measured beside ours: npm ci in bench/');
  const npm = process.env['npm_execpath'];
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  const { status } = spawnSync(command, args, { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error('"npm ci" in bench/ failed.');
}

/** The same for the same build, so that a build in the middle of a run is seen. */
export function buildFingerprint(): string {
  const folder = join(here, '..', 'dist', 'src');
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.js')).sort())
    hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 12);
}

/** Lines for the head of the results. */
export function describeMachine(): string[] {
  const [cpu] = cpus();
  const peers = ['ws', 'socket.io', '@socket.io/redis-adapter', '@nestjs/platform-ws'];
  const versions = peers.map((name) => `${name} ${versionOf(name)}`);
  return [
    `Machine: ${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${release()}; load average at the start ${loadavg()[0]?.toFixed(2)}`,
    `Versions: Node ${process.version}, ${versions.join(', ')}; ours: commit ${commit()}, build ${buildFingerprint()}`,
    canPin
      ? 'Each server has core 0 to itself, with all its threads. Generator, Redis and PostgreSQL share core 1.'
      : '**Not pinned**: this machine has no `taskset` or only one core, so processes share cores as they like.',
  ];
}

function versionOf(name: string): string {
  const manifest = readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: here, encoding: 'utf8' }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', '../src', '../package.json');
    return `${git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : ' and changes'}`;
  } catch {
    return 'unknown';
  }
}
