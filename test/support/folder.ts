import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty folder that goes away with its scope. */
export async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'chat-'));
  return {
    path,
    /** A database in it. */
    databaseUrl: `sqlite:${join(path, 'data', 'chat.db')}`,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
