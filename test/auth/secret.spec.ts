import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadSecret } from '../../src/auth/secret.js';

async function dataFolder() {
  const path = await mkdtemp(join(tmpdir(), 'chat-secret-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

describe('the secret', () => {
  it('is AUTH_SECRET where that is given, and nothing is written', async () => {
    await using folder = await dataFolder();
    const given = 'given by the operator, long enough';
    expect(await loadSecret({ AUTH_SECRET: given }, folder.path)).toBe(given);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('is made once, survives restarts, and only its owner may read it', async () => {
    await using folder = await dataFolder();
    const nested = join(folder.path, 'not', 'there', 'yet');
    const secret = await loadSecret({}, nested);
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(await loadSecret({}, nested)).toBe(secret);
    expect(await modeOf(join(nested, 'auth-secret'))).toBe(0o600);
    expect(await readdir(nested)).toEqual(['auth-secret']);
  });

  it('is closed to others again where a copy had opened it', async () => {
    await using folder = await dataFolder();
    await loadSecret({}, folder.path);
    await chmod(join(folder.path, 'auth-secret'), 0o644);
    await loadSecret({}, folder.path);
    expect(await modeOf(join(folder.path, 'auth-secret'))).toBe(0o600);
  });

  it('is another one in another folder', async () => {
    await using one = await dataFolder();
    await using other = await dataFolder();
    expect(await loadSecret({}, one.path)).not.toBe(await loadSecret({}, other.path));
  });

  it('is the same for all that start at once', async () => {
    await using folder = await dataFolder();
    const starts: Promise<string>[] = [];
    // Not in step: the first is done while others are about to write.
    for (let n = 0; n < 100; n += 1) {
      starts.push(loadSecret({}, folder.path));
      await setImmediate();
    }
    const all = await Promise.all(starts);
    expect(new Set(all).size).toBe(1);
    expect(await readdir(folder.path)).toEqual(['auth-secret']);
  });

  it('is the same for two processes that start at once', async () => {
    await using folder = await dataFolder();
    const source = new URL('../../src/auth/secret.ts', import.meta.url);
    const start = () =>
      promisify(execFile)(process.execPath, [
        '--experimental-transform-types',
        '--import',
        'data:text/javascript,' + encodeURIComponent(resolvesTypeScript),
        '--input-type=module',
        '--eval',
        `const { loadSecret } = await import(${JSON.stringify(source.href)});
         process.stdout.write(await loadSecret({}, ${JSON.stringify(folder.path)}));`,
      ]);
    const [one, other] = await Promise.all([start(), start()]);
    expect(one.stdout).toHaveLength(43);
    expect(other.stdout).toBe(one.stdout);
  });

  it('that was cut short stops the start instead of signing everybody out', async () => {
    await using folder = await dataFolder();
    await writeFile(join(folder.path, 'auth-secret'), 'cut');
    await expect(loadSecret({}, folder.path)).rejects.toThrow(/auth-secret is damaged/);
  });
});

/** Lets plain Node follow our `.js` imports to the `.ts` files. */
const resolvesTypeScript = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      try { return next(specifier, context); }
      catch (error) { return next(specifier.replace(/\\.js$/, '.ts'), context); }
    },
  });
`;
