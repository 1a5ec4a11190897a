import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../support/free-port.js';

/** Where ten processes share a core, starting takes a while; nobody waits for longer than it does. */
const START_TIMEOUT_MS = 120_000;
const KEPT_OUTPUT = 200_000;

export interface NodeOptions {
  entry: string;
  env: Record<string, string>;
  /** Open files that the process may have. */
  files?: number;
  /** Node's own flags. */
  flags?: readonly string[];
}

/** One server process that may be killed, frozen and started again, always on its own port. */
export class ChatNode implements AsyncDisposable {
  /** What both outputs said, the newest. */
  output = '';
  /** How it ended where nobody had asked it to. */
  readonly deaths: string[] = [];
  private child?: ChildProcess;
  private exited: Promise<number | NodeJS.Signals> = Promise.resolve(0);
  private asked = true;
  private ready = false;

  private constructor(
    readonly name: string,
    readonly port: number,
    private readonly options: NodeOptions,
  ) {}

  static async create(name: string, options: NodeOptions): Promise<ChatNode> {
    return new ChatNode(name, await freePort(), options);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Ready, and not asked to stop. */
  get serving(): boolean {
    return this.running && this.ready && !this.asked;
  }

  /** Resolves when it says that it is ready; `env` counts for this life only. */
  async start(env: Record<string, string> = {}): Promise<void> {
    const { PATH = '', HOME = '' } = process.env;
    const { entry, files, flags = [] } = this.options;
    const node = [process.execPath, ...flags, entry];
    const command = files ? ['/bin/sh', '-c', `ulimit -n ${files} && exec "$@"`, 'sh', ...node] : node;
    const child = spawn(command[0] as string, command.slice(1), {
      env: { PATH, HOME, PORT: `${this.port}`, HOST: '127.0.0.1', ...this.options.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.asked = false;
    this.ready = false;
    const kill = () => void child.kill('SIGKILL');
    process.once('exit', kill);
    this.exited = once(child, 'exit').then(([code, signal]) => {
      process.off('exit', kill);
      const end = (code ?? signal) as number | NodeJS.Signals;
      if (!this.asked) this.deaths.push(`${this.name} ended with ${end}: ${this.output.slice(-2_000)}`);
      return end;
    });
    let greeting = '';
    const said = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (text: string) => {
          this.output = (this.output + text).slice(-KEPT_OUTPUT);
          greeting = (greeting + text).slice(-10_000);
          if (greeting.includes('is ready on')) resolve();
        });
    });
    const ended = this.exited.then((end) => {
      throw new Error(`${this.name} ended (${end}) instead of starting:\n${this.output}`);
    });
    const late = AbortSignal.timeout(START_TIMEOUT_MS);
    const tooLate = once(late, 'abort').then(() => {
      throw new Error(`${this.name} is not ready after ${START_TIMEOUT_MS} ms:\n${this.output}`);
    });
    tooLate.catch(() => undefined);
    await Promise.race([said, ended, tooLate]);
    ended.catch(() => undefined);
    this.ready = true;
  }

  /** Resolves with how it ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | NodeJS.Signals> {
    this.signal(signal);
    return this.exited;
  }

  /** Does not wait for its end. */
  signal(signal: NodeJS.Signals): void {
    this.asked = true;
    this.child?.kill(signal);
  }

  get ended(): Promise<number | NodeJS.Signals> {
    return this.exited;
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** Its clock leaps, where it was started with one that can. */
  leap(): void {
    this.child?.kill('SIGUSR2');
  }

  async health(): Promise<{ status: string; code: number }> {
    const response = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    return { ...((await response.json()) as { status: string }), code: response.status };
  }

  /** What must never be in its output. */
  get complaints(): string[] {
    const bad = /unhandledRejection|uncaughtException|UnhandledPromiseRejection|MaxListenersExceeded/;
    return this.output.split('\n').filter((line) => bad.test(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.running) return;
    this.thaw();
    await this.kill();
  }
}
