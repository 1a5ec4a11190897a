import { randomBytes } from 'node:crypto';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { watchCore } from './contention.ts';
import { end, LOAD_CORE, saying, SERVER_CORE, spawnOn } from './child.ts';
import { type FromLoad, InvalidRound, type Job, type Measured, type ToLoad } from './load/job.ts';
import type { Row, ServerPlan } from './plan.ts';
import { freshFolder } from './stores/folder.ts';
import { freePort } from './stores/free-port.ts';
import { startPostgres } from './stores/postgres.ts';
import { startRedis } from './stores/redis.ts';

const here = import.meta.dirname;
export const ourEntry = join(here, '..', 'dist', 'src', 'main.js');
/** Ours runs as `npm start` runs it. */
const ourFlags = flagsOfStart();
const JOB_MS = 300_000;
const collector = pathToFileURL(join(here, 'servers', 'collect-on-request.ts')).href;

export interface Round extends Measured {
  /** The share of the server's core that went to others. */
  othersCpu: number | undefined;
}

/** One row of one server: everything is started for it, and gone after it. */
export async function measure(row: Row, plan: ServerPlan, seed: number): Promise<Round> {
  await using stack = new AsyncDisposableStack();
  const env: Record<string, string> = { NODE_ENV: 'production' };
  const folder = stack.use(await freshFolder());
  if (plan.redis) env['REDIS_URL'] = stack.use(await startRedis()).url;
  if (plan.name === 'ours') {
    Object.assign(env, ourSettings, { DATABASE_URL: `sqlite:${join(folder.path, 'chat.db')}` });
    if (row.store === 'postgres') env['DATABASE_URL'] = stack.use(await startPostgres()).url;
  }
  const watched = row.value === 'loop' ? await freePort() : undefined;
  if (watched !== undefined) env['ADMIN_PORT'] = String(watched);
  const script = plan.script === undefined ? ourEntry : join(here, 'servers', plan.script);
  const flags = row.collects === true ? ['--expose-gc', '--import', collector] : [];
  if (plan.script === undefined) flags.push(...ourFlags);
  const server = spawnOn(row.everyCore ? 'every' : SERVER_CORE, process.execPath, [...flags, script], {
    cwd: folder.path,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  stack.defer(() => end(server));
  const [, port] = await saying(server, /ready on http:\/\/[^\s/]+:(\d+)/);
  const others = watchCore(SERVER_CORE, server.pid as number);
  const target = { port: Number(port), dialect: plan.dialect };
  const sample = () => (watched === undefined ? weigh(server) : loopDelay(watched));
  const measured = await runLoad({ target, work: row.work, seed }, server, sample);
  return { ...measured, othersCpu: others() };
}

/** p99 in milliseconds, as the server itself measured it since it was asked last. */
async function loopDelay(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const found = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(await answer.text());
  return Number(found?.[1]) * 1_000;
}

/** As it ships, but for what guards against a single machine with thousands of people. */
const ourSettings = {
  HOST: '127.0.0.1',
  PORT: '0',
  RATE_LIMIT: 'off',
  // What is measured here is how it is when it has too much to do.
  MAX_LOOP_LAG_MS: '60000',
  MAX_CONNECTIONS: '100000',
  LOG_LEVEL: 'warn',
  AUTH_SECRET: randomBytes(32).toString('hex'),
};

async function runLoad(job: Job, server: ChildProcess, sample: () => Promise<number>): Promise<Measured> {
  const load = spawnOn(LOAD_CORE, process.execPath, [join(here, 'load', 'main.ts')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const timer = setTimeout(() => load.kill('SIGKILL'), JOB_MS);
  try {
    return await new Promise<Measured>((resolve, reject) => {
      const ended = (what: string) => () => reject(new Error(`${what} ended in the middle`));
      load.once('error', reject);
      load.once('exit', ended('the generator'));
      server.once('exit', ended('the server'));
      load.on('message', (message: FromLoad) => {
        if (message.type === 'done') resolve(message.measured);
        else if (message.type === 'invalid') reject(new InvalidRound(message.reason));
        else sample().then((value) => load.send({ type: 'sampled', value } satisfies ToLoad), reject);
      });
      load.send({ type: 'job', job } satisfies ToLoad);
    });
  } finally {
    clearTimeout(timer);
    await end(load);
  }
}

/** Resident bytes of the server, after it has collected its garbage. */
async function weigh(server: ChildProcess): Promise<number> {
  for (let pass = 0; pass < 2; pass++) {
    const collected = once(server, 'message');
    server.send('collect');
    await collected;
    await wait(500);
  }
  return residentBytes(server.pid as number);
}

function residentBytes(pid: number): number {
  const kilobytes =
    process.platform === 'linux'
      ? /^Rss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
      : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  return Number(kilobytes) * 1_024;
}

function flagsOfStart(): string[] {
  const manifest = readFileSync(join(here, '..', 'package.json'), 'utf8');
  const { scripts } = JSON.parse(manifest) as { scripts: { start: string } };
  return (/node((?: --\S+)*) dist/.exec(scripts.start)?.[1] ?? '').split(' ').filter(Boolean);
}
