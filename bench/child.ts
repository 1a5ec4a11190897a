import { type ChildProcess, spawn, spawnSync, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

const END_MS = 5_000;

/** The core of the server, and the one of everything else: generator, Redis, PostgreSQL. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;
export const canPin =
  availableParallelism() >= 2 && spawnSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' }).status === 0;

/** A process on one core, or wherever the system puts it, that ends with this one at the latest. */
export function spawnOn(
  core: number | 'every',
  command: string,
  args: string[],
  options: SpawnOptions,
): ChildProcess {
  const child =
    canPin && core !== 'every'
      ? spawn('taskset', ['-c', String(core), command, ...args], options)
      : spawn(command, args, options);
  const reap = () => void child.kill('SIGKILL');
  process.once('exit', reap);
  child.once('exit', () => process.off('exit', reap));
  return child;
}

/** Asks with `signal`, and insists after five seconds. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const insist = setTimeout(() => child.kill('SIGKILL'), END_MS);
  child.kill(signal);
  await exited;
  clearTimeout(insist);
}

/** Resolves with the first match in what it says; rejects with all it said where it ends before. */
export function saying(child: ChildProcess, pattern: RegExp, patienceMs = 30_000): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (what: string) => {
      clearTimeout(timer);
      reject(new Error(`${child.spawnargs.join(' ')} ${what}:\n${said}`));
    };
    const timer = setTimeout(() => fail('did not start in time'), patienceMs);
    const listen = (text: string) => {
      said = (said + text).slice(-10_000);
      const match = pattern.exec(said);
      if (!match) return;
      clearTimeout(timer);
      resolve(match);
    };
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', listen);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`ended (${String(code ?? signal)})`));
  });
}
