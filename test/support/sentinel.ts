import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';
import { becomes } from './observe.js';
import { startRedis } from './redis.js';
import { tlsSettings } from './tls.js';

/**
 * A real Sentinel for one master, called `mymaster`, on loopback; one vote decides. With `tls`, it speaks nothing else.
 * A minute of silence is a death to it: on a busy machine, everybody is silent for a while.
 */
export async function startSentinel(masterPort: number, { tls = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-'));
  const port = await freePort();
  const door = tls
    ? ['port 0', 'tls-replication yes', ...tlsSettings(port).map((pair) => pair.join(' '))]
    : [`port ${port}`];
  const settings = [
    ...door,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor mymaster 127.0.0.1 ${masterPort} 1`,
    'sentinel down-after-milliseconds mymaster 60000',
    'sentinel failover-timeout mymaster 5000',
  ];
  const file = join(folder, 'sentinel.conf');
  await writeFile(file, settings.join('\n'));
  const child = spawn(process.env.REDIS_SERVER ?? 'redis-server', [file, '--sentinel'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  const ended = once(child, 'exit').finally(() => process.removeListener('exit', reap));
  await new Promise<void>((resolve, reject) => {
    ended.then(() => reject(new Error('the Sentinel ended at once')), reject);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('+monitor')) resolve();
    });
  });
  return {
    port,
    url: `redis-sentinel://127.0.0.1:${port}/mymaster`,
    /** It accepts connections, and answers nothing. */
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A Redis with a replica that is in step, and a Sentinel that knows both: it may die now, and has a successor. */
export async function startWatchedRedis() {
  await using stack = new AsyncDisposableStack();
  const master = stack.use(await startRedis());
  const replica = stack.use(await startRedis({ args: ['--replicaof', '127.0.0.1', `${master.port}`] }));
  const console = new Redis(replica.url, { protocol: 2 });
  stack.defer(() => console.disconnect());
  const follows = async () => (await console.info('replication')).includes('master_link_status:up');
  await becomes(follows, true);
  const sentinel = stack.use(await startSentinel(master.port));
  const chief = new Redis(sentinel.port, { protocol: 2 });
  stack.defer(() => chief.disconnect());
  const known = async () => ((await chief.call('SENTINEL', 'REPLICAS', 'mymaster')) as unknown[]).length;
  await becomes(known, 1);
  // A Sentinel that itself stood still for two seconds puts nobody in a master's place for another thirty.
  await chief.call('SENTINEL', 'DEBUG', 'tilt-trigger', '600000');
  const all = stack.move();
  return {
    master,
    replica,
    sentinel,
    /** For us. */
    url: sentinel.url,
    /** In Django's settings. */
    host: { sentinels: [['127.0.0.1', sentinel.port]], master_name: 'mymaster' },
    /** From now on, half a second of silence is a death. */
    watch: () => chief.call('SENTINEL', 'SET', 'mymaster', 'down-after-milliseconds', '500'),
    roleOfReplica: async () => /role:(\w+)/.exec(await console.info('replication'))?.[1],
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
