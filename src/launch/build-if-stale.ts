import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * Builds only where `dist` was not built from exactly these sources. Run by Node itself, before any build
 * exists: no imports from this project, and only syntax that type stripping can remove.
 *
 *   build-if-stale.ts          `npm run build`, quietly, unless `dist` is up to date
 *   build-if-stale.ts begin    prebuild: empties `dist`, so that nothing of a deleted source lives on
 *   build-if-stale.ts end      postbuild: the build is whole
 *
 * Content decides, not time: a checkout or a copy sets new times and changes nothing.
 */
const root = process.cwd();
const dist = resolve(root, 'dist');
const begun = join(dist, '.building');
const built = join(dist, '.built');
const SOURCES = ['src/**', 'views/**', 'package.json', 'package-lock.json', 'tsconfig.json', 'nest-cli.json'];

async function fingerprint(): Promise<string> {
  const paths: string[] = [];
  for await (const path of glob(SOURCES, { cwd: root })) paths.push(path);
  const hash = createHash('sha256');
  for (const path of paths.sort()) {
    const file = join(root, path);
    if (!(await stat(file)).isFile()) continue;
    const content = await readFile(file);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

async function begin(): Promise<void> {
  await rm(dist, { recursive: true, force: true, maxRetries: 3 });
  await mkdir(dist, { recursive: true });
  // Taken before the compilers read anything: a source that changes while they run is built again next time.
  await writeFile(begun, await fingerprint());
}

const end = (): Promise<void> => rename(begun, built);

async function isFresh(): Promise<boolean> {
  const mark = await readFile(built, 'utf8').catch(() => null);
  return mark !== null && mark === (await fingerprint());
}

/** The build's exit code. Its output is shown only where it failed. */
function build(): Promise<number> {
  // Inside an npm script this is the npm that runs it; a bare "npm" may be another one, or on Windows none.
  const npm = process.env['npm_execpath'];
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  return new Promise((done, fail) => {
    const child = spawn(command, [...args, 'run', '--silent', 'build'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: command === 'npm' && process.platform === 'win32',
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', fail);
    child.on('close', (code) => {
      if (code !== 0) process.stderr.write(Buffer.concat(output));
      done(code ?? 1);
    });
  });
}

const step = process.argv[2];
if (step === 'begin') await begin();
else if (step === 'end') await end();
else if (!(await isFresh())) {
  process.stderr.write('Building: the first start, or sources have changed.\n');
  process.exitCode = await build();
}
