import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';
import { tlsSettings } from './tls.js';

/** A real Sentinel for one master, called `mymaster`, on loopback; one vote decides. With `tls`, it speaks nothing else. */
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
    'sentinel down-after-milliseconds mymaster 500',
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
