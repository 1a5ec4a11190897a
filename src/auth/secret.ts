import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, type Env } from '../config/env.js';

const FILE = 'auth-secret';
const SHORTEST = 32;

/**
 * What sign-ins are signed with: `AUTH_SECRET`, else what an earlier start left in the data folder, else a new one left
 * there. Processes that start at the same moment end with the same secret.
 */
export async function loadSecret(env: Pick<Env, 'AUTH_SECRET'>, dataFolder: string): Promise<string> {
  if (env.AUTH_SECRET) return env.AUTH_SECRET;
  const file = join(dataFolder, FILE);
  const secret = (await read(file)) ?? (await create(dataFolder, file));
  // A cut file must not be replaced in silence: that would sign everybody out, and again on the next start.
  if (secret.length < SHORTEST) {
    throw new ConfigError(`${file} is damaged: restore it, or delete it, which signs everybody out`);
  }
  return secret;
}

async function create(dataFolder: string, file: string): Promise<string> {
  await mkdir(dataFolder, { recursive: true });
  const draft = join(dataFolder, `${FILE}.${randomUUID()}`);
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${randomBytes(32).toString('base64url')}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A link appears whole or not at all, and never over another one: of two starts, the second reads the first's.
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return (await read(file)) ?? '';
}

async function read(file: string): Promise<string | null> {
  try {
    const secret = (await readFile(file, 'utf8')).trim();
    // A backup or a copy may have opened it to others.
    await chmod(file, 0o600);
    return secret;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
