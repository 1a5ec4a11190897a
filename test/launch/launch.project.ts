import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const ours = fileURLToPath(new URL('../..', import.meta.url));

/** A project with our own start script, whose build copies `src` to `dist/src` and notes that it ran. */
export class LaunchProject implements AsyncDisposable {
  private constructor(readonly root: string) {}

  static async create(main = `console.log('started');`): Promise<LaunchProject> {
    const project = new LaunchProject(await mkdtemp(join(tmpdir(), 'launch-')));
    const { scripts } = JSON.parse(await readFile(join(ours, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const here = (script = '') =>
      script.replaceAll('src/launch/', join(ours, 'src/launch/')).replace('./', '');
    const own = {
      prestart: here(scripts['prestart']),
      start: scripts['start'],
      prebuild: here(scripts['prebuild']),
      build: 'node build.mjs',
      postbuild: here(scripts['postbuild']),
    };
    await project.write('package.json', JSON.stringify({ name: 'project', type: 'module', scripts: own }));
    await project.write(
      'build.mjs',
      `import fs from 'node:fs';
       console.log('compiling');
       fs.appendFileSync('builds.txt', '.');
       if (fs.existsSync('src/broken.js')) { console.error('src/broken.js is broken'); process.exit(2); }
       fs.cpSync('src', 'dist/src', { recursive: true });`,
    );
    await mkdir(join(project.root, 'src'));
    await project.write('src/main.js', main);
    return project;
  }

  write(path: string, text: string): Promise<void> {
    return writeFile(join(this.root, path), text);
  }

  /** `npm start`, for a program that ends by itself. */
  start(): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((done) => {
      execFile('npm', ['--silent', 'start'], this.options(), (error, stdout, stderr) => {
        done({ code: error ? Number(error.code) : 0, stdout: stdout.trim(), stderr });
      });
    });
  }

  /** `npm start`, for one that stays. */
  spawn(): ChildProcessByStdio<null, Readable, null> {
    return spawn('npm', ['--silent', 'start'], { ...this.options(), stdio: ['ignore', 'pipe', 'ignore'] });
  }

  async builds(): Promise<number> {
    return (await readFile(join(this.root, 'builds.txt'), 'utf8')).length;
  }

  private options() {
    const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
    return { cwd: this.root, env: { ...process.env, PATH } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}
