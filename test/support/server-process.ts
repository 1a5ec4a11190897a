import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** The server as it ships, in a process of its own. */
export class ServerProcess implements AsyncDisposable {
  url = '';
  /** Everything it wrote, on both outputs. */
  output = '';
  private readonly exited: Promise<number | NodeJS.Signals>;

  private constructor(readonly child: ChildProcess) {
    this.exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
  }

  /** Resolves when it says that it is ready; rejects with what it said where it ends instead. */
  static async start(env: Record<string, string> = {}, cwd?: string): Promise<ServerProcess> {
    const server = ServerProcess.spawn({ PORT: '0', HOST: '127.0.0.1', ...env }, cwd);
    const lines = createInterface({ input: server.child.stdout as NodeJS.ReadableStream });
    const ready = (async () => {
      for await (const line of lines) {
        const address = /ready on (\S+)\//.exec(line)?.[1];
        if (address) return address;
      }
      throw new Error(`the server ended (${await server.exited}):\n${server.output}`);
    })();
    server.url = await ready;
    return server;
  }

  static spawn(env: Record<string, string>, cwd?: string): ServerProcess {
    const { PATH = '', HOME = '' } = process.env;
    const options = {
      cwd,
      // A machine that is busy with other tests is no overload of the server.
      env: { PATH, HOME, MAX_LOOP_LAG_MS: '60000', ...env },
      stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
    };
    return new ServerProcess(spawn(process.execPath, [entry], options));
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get socketUrl(): string {
    return this.url.replace('http', 'ws');
  }

  get ended(): Promise<number | NodeJS.Signals> {
    return this.exited;
  }

  /** What a balancer is told: `up`, or `degraded`. */
  async status(): Promise<string> {
    return ((await (await fetch(`${this.url}/health/ready`)).json()) as { status: string }).status;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | NodeJS.Signals> {
    this.child.kill(signal);
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
