import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';

export interface RedisOptions {
  /** Default: a free one. */
  port?: number;
  /** More of redis-server's arguments, like `['--maxmemory', '2mb']`. */
  args?: string[];
}

/** A real redis-server for one test: on the loopback only, without persistence, in a folder of its own. */
export interface TestRedis extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** Ends it in peace. Idempotent, also after `kill` and while paused. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open, and nothing answers. */
  pause(): void;
  resume(): void;
  /** Starts it again on the same port, after `stop` or `kill`; ends it in peace before where it still runs. */
  restart(): Promise<void>;
}

export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'));
  const port = options.port ?? (await freePort());
  let child = await launch(port, folder, options.args).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });

  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await exit;
  };
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child.pid!;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    restart: async () => {
      await end('SIGTERM');
      child = await launch(port, folder, options.args);
    },
    [Symbol.asyncDispose]: async () => {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, folder: string, args: string[] = []): Promise<ChildProcess> {
  const own = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = spawn(process.env.REDIS_SERVER ?? 'redis-server', [...own, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A test run that ends in the middle leaves no server behind.
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  child.once('exit', () => process.removeListener('exit', reap));

  const said: string[] = [];
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      process.removeListener('exit', reap);
      const missing =
        'These tests need Redis: install redis-server (apt-get install redis-server, brew install redis).';
      reject(error.code === 'ENOENT' ? new Error(missing) : error);
    });
    child.once('exit', () => reject(new Error(`redis-server ended at once:\n${said.join('\n')}`)));
    createInterface(child.stdout!).on('line', (line) => {
      if (said.length < 50) said.push(line);
      if (line.includes('Ready to accept connections')) resolve(child);
    });
  });
}
