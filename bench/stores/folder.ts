import { rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

const data = join(import.meta.dirname, '..', 'data');

export interface Folder extends AsyncDisposable {
  path: string;
}

/** Beside the sources and not in the system's folder for temporary files, which may be memory: disks count here. */
export async function freshFolder(): Promise<Folder> {
  await mkdir(data, { recursive: true });
  const path = await mkdtemp(join(data, 'run-'));
  await chmod(path, 0o755);
  const sweep = () => rmSync(path, { recursive: true, force: true });
  process.once('exit', sweep);
  const remove = async () => {
    process.off('exit', sweep);
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  };
  return { path, [Symbol.asyncDispose]: remove };
}
