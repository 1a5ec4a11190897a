import { once } from 'node:events';
import { createServer } from 'node:net';

// The system hands out ports from 32768 (Linux) or 49152 (others) to whoever connects, so that a port from there may
// be taken by somebody's connection in the moment between two uses.
const first = 10_240;
const last = 32_000;

/** A port on loopback that was free a moment ago, and that no outgoing connection is given. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = first + Math.floor(Math.random() * (last - first));
    if (await isFree(port)) return port;
  }
  throw new Error('A hundred ports were tried, and all were taken');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
