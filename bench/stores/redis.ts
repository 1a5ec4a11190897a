import { end, LOAD_CORE, saying, spawnOn } from '../child.ts';
import { freshFolder } from './folder.ts';
import { freePort } from './free-port.ts';

export interface RunningStore extends AsyncDisposable {
  url: string;
}

/** A Redis of our own, on loopback, that keeps nothing. */
export async function startRedis(): Promise<RunningStore> {
  const port = await freePort();
  const folder = await freshFolder();
  const keep = ['--save', '', '--appendonly', 'no', '--dir', folder.path];
  const args = ['--port', String(port), '--bind', '127.0.0.1', ...keep];
  const child = spawnOn(LOAD_CORE, process.env['REDIS_SERVER'] ?? 'redis-server', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = async () => {
    await end(child);
    await folder[Symbol.asyncDispose]();
  };
  await saying(child, /Ready to accept connections/).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url: `redis://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop };
}
