import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** One place in the built server that is made different, to see what depends on it. */
export interface Patch {
  /** Below `dist/src`. */
  file: string;
  /** Must be there exactly once. */
  find: string;
  replace: string;
}

/** A copy of the built server, so that nobody's build disturbs a run; with patches, a server that is broken on purpose. */
export class Edition implements AsyncDisposable {
  private constructor(private readonly folder: string) {}

  static async make(patches: readonly Patch[] = []): Promise<Edition> {
    const folder = await mkdtemp(join(tmpdir(), 'chat-edition-'));
    try {
      await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
      await cp(join(root, 'package.json'), join(folder, 'package.json'));
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
      for (const patch of patches) await apply(join(folder, 'dist', 'src'), patch);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return new Edition(folder);
  }

  get entry(): string {
    return join(this.folder, 'dist', 'src', 'main.js');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function apply(source: string, { file, find, replace }: Patch): Promise<void> {
  const path = join(source, file);
  const parts = (await readFile(path, 'utf8')).split(find);
  if (parts.length !== 2)
    throw new Error(`${file} has ${parts.length - 1} times, not once, what is to be patched: ${find}`);
  await writeFile(path, parts.join(replace));
}
