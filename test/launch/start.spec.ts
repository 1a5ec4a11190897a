import { once } from 'node:events';
import { cp, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LaunchProject } from './launch.project.js';

const SERVER = `
  const alive = setInterval(() => {}, 1000);
  process.on('SIGTERM', () => setTimeout(() => { console.log('drained'); clearInterval(alive); }, 200));
  console.log(process.pid);`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('npm start', () => {
  it('builds the first time, and starts at once the second', async () => {
    await using project = await LaunchProject.create();
    expect(await project.start()).toMatchObject({ code: 0, stdout: 'started' });
    expect(await project.start()).toMatchObject({ code: 0, stdout: 'started', stderr: '' });
    expect(await project.builds()).toBe(1);
  });

  it('builds again after a source has changed, not after it was only touched', async () => {
    await using project = await LaunchProject.create();
    await project.start();
    await utimes(join(project.root, 'src/main.js'), new Date(), new Date());
    await project.start();
    expect(await project.builds()).toBe(1);
    await project.write('src/main.js', `console.log('started anew');`);
    expect((await project.start()).stdout).toBe('started anew');
    expect(await project.builds()).toBe(2);
  });

  it('keeps nothing of a source that was deleted', async () => {
    await using project = await LaunchProject.create();
    await project.write('src/old.js', '');
    await project.start();
    await readFile(join(project.root, 'dist/src/old.js'));
    await rm(join(project.root, 'src/old.js'));
    await project.start();
    await expect(readFile(join(project.root, 'dist/src/old.js'))).rejects.toThrow('ENOENT');
  });

  it('starts nothing after a failed build, shows why, and tries again', async () => {
    await using project = await LaunchProject.create();
    await project.start();
    await project.write('src/broken.js', '');
    const failed = await project.start();
    expect(failed.code).not.toBe(0);
    expect(failed.stdout).toBe('');
    expect(failed.stderr).toContain('src/broken.js is broken');
    expect((await project.start()).code).not.toBe(0);
    await rm(join(project.root, 'src/broken.js'));
    expect(await project.start()).toMatchObject({ code: 0, stdout: 'started' });
  });

  it('does not build again in a copy of the folder', async () => {
    await using project = await LaunchProject.create();
    await project.start();
    await using copy = await LaunchProject.create();
    await cp(project.root, copy.root, { recursive: true });
    expect(await copy.start()).toMatchObject({ code: 0, stdout: 'started', stderr: '' });
    expect(await copy.builds()).toBe(1);
  });

  it('leaves no server behind: ending npm ends it, and waits while it drains', async () => {
    await using project = await LaunchProject.create(SERVER);
    const npm = project.spawn();
    let output = '';
    npm.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(npm.stdout, 'data');
    const server = Number(output);
    try {
      const ended = once(npm, 'exit');
      npm.kill('SIGTERM');
      await ended;
      expect(isAlive(server)).toBe(false);
      expect(output).toContain('drained');
    } finally {
      if (isAlive(server)) process.kill(server, 'SIGKILL');
    }
  });
});
