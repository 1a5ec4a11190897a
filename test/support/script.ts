import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const hooks = fileURLToPath(new URL('./typescript.mjs', import.meta.url));
const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning', '--import', hooks];

/** How a process ended: its exit code, or the signal. */
export type Ending = number | NodeJS.Signals;

/** A TypeScript file in a process of its own, which can be killed. */
export function startScript(file: URL, args: string[] = [], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [...flags, fileURLToPath(file), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as Ending);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid,
    ended,
    /** All that it wrote to standard error so far. */
    errors: () => stderr,
    /** The next line it prints; fails where it ends instead. */
    async line(): Promise<string> {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the script ended (${await ended}):\n${stderr}`);
      return value;
    },
    /** What is left of its lines; ends with it. */
    async rest(): Promise<string[]> {
      const left: string[] = [];
      for (let next = await lines.next(); !next.done; next = await lines.next()) left.push(next.value);
      return left;
    },
    /** `kill -9`. */
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
