import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * `npm start` as a newcomer runs it, twice: says where it is, is ready, and is gone when it is told to end.
 * The first may have to build; the second must be ready within a minute.
 */
const FIRST_MS = 180_000;
const SECOND_MS = 60_000;
const END_MS = 30_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves with the address that `npm start` prints. */
function address(npm: ChildProcess, within: number): Promise<string> {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`printed no address within ${within} ms`)), within);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      act();
    };
    createInterface({ input: npm.stdout! }).on('line', (line) => {
      console.log(`  | ${line}`);
      const found = /https?:\/\/\S+/.exec(line);
      if (found) settle(() => done(found[0]));
    });
    npm.once('error', (error) => settle(() => fail(error)));
    npm.once('exit', (code) => settle(() => fail(new Error(`ended with ${code} before it was ready`))));
  });
}

async function end(npm: ChildProcess): Promise<void> {
  if (npm.exitCode !== null || npm.signalCode !== null) return;
  const ended = once(npm, 'exit', { signal: AbortSignal.timeout(END_MS) });
  npm.kill('SIGTERM');
  await ended.catch(() => {
    npm.kill('SIGKILL');
    throw new Error(`did not end within ${END_MS} ms`);
  });
}

/** The page that a newcomer opens is there, and is live: its script and its styles are served. */
async function checkPage(origin: string): Promise<void> {
  const page = await fetch(`${origin}/chat/`, { signal: AbortSignal.timeout(30_000) });
  if (page.status !== 200) throw new Error(`answered ${page.status} at /chat/`);
  const parts = [...(await page.text()).matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)];
  for (const ending of ['.js', '.css'])
    if (!parts.some(([, path]) => path?.endsWith(ending))) throw new Error(`names no ${ending} on its page`);
  for (const [, path] of parts) {
    const { status } = await fetch(origin + path, { signal: AbortSignal.timeout(30_000) });
    if (status !== 200) throw new Error(`answered ${status} at ${path}, which its page needs`);
  }
}

async function startOnce(folder: string, within: number): Promise<void> {
  const port = await freePort();
  const began = performance.now();
  const npm = spawn('npm', ['start'], {
    env: { ...process.env, PORT: String(port), DATABASE_URL: `sqlite:${join(folder, 'chat.db')}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = `http://127.0.0.1:${port}/health/ready`;
  try {
    const where = await address(npm, within);
    const took = Math.round(performance.now() - began);
    if (new URL(where).port !== String(port)) throw new Error(`said ${where}, not port ${port}`);
    const { status } = await fetch(ready, { signal: AbortSignal.timeout(30_000) });
    if (status !== 200) throw new Error(`answered ${status} at ${ready}`);
    await checkPage(`http://127.0.0.1:${port}`);
    console.log(`npm start: ready after ${took} ms`);
  } finally {
    await end(npm);
  }
  const after = await fetch(ready, { signal: AbortSignal.timeout(30_000) }).then(
    () => 'still answers',
    () => null,
  );
  if (after) throw new Error(`${after} after npm has ended`);
}

const folder = await mkdtemp(join(tmpdir(), 'start-'));
try {
  await startOnce(folder, FIRST_MS);
  await startOnce(folder, SECOND_MS);
} catch (error) {
  console.error(`npm start ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
