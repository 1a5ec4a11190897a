import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

function chaos(...wish: string[]) {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '-s', 'chaos', '--', ...wish], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('npm run chaos', { timeout: 120_000 }, () => {
  it('says what it can do', () => {
    expect(chaos('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--scale') });
    expect(chaos('--list')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^F23 +Redis is killed/m),
    });
  });

  it.each([
    [['F99'], 'there is no fault F99'],
    [['--seed', 'seven'], '--seed is a whole number'],
    [['--scale', 'huge'], '--scale is one of short, normal, full'],
    [['--minutes', '0'], '--minutes is a number'],
    [['--speed', '9'], "Unknown option '--speed'"],
  ])('runs nothing where it is not clear what: %s', (wish, sentence) => {
    const { status, stdout, stderr } = chaos(...wish);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.slice(0, sentence.length)).toBe(sentence);
    expect(stderr).toContain('npm run chaos -- [fault ...]');
  });

  it('leaves nothing running where it is stopped', { timeout: 180_000 }, async () => {
    const flags = ['--experimental-transform-types', '--import', './test/support/typescript.mjs'];
    const child = spawn(process.execPath, [...flags, 'test/chaos/run.ts', 'F21', '--scale', 'short'], {
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    const started = () => childrenOf(child.pid!);
    // Redis, PostgreSQL and a server.
    await expect.poll(() => started().length, { timeout: 90_000 }).toBeGreaterThanOrEqual(3);
    const pids = started();
    child.kill('SIGTERM');
    expect(await ended).toEqual([130, null]);
    await expect.poll(() => pids.filter(isRunning)).toEqual([]);
  });
});

function childrenOf(pid: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((each) => statusOf(each)?.includes(`\nPPid:\t${pid}\n`));
}

/** Who waits to be reaped by somebody else does not run. */
function isRunning(pid: number): boolean {
  return statusOf(pid)?.includes('\nState:\tZ') === false;
}

function statusOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return undefined;
  }
}
