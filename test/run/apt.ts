import { spawn } from 'node:child_process';
import { access, readFile, rm, writeFile } from 'node:fs/promises';

const POLICY = '/usr/sbin/policy-rc.d';

/** Whether this process may install packages without asking anybody: root on Debian or a descendant of it. */
export async function canInstall(): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const here = await access('/usr/bin/apt-get').then(
    () => true,
    () => false,
  );
  return here && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release);
}

/** Installs packages. No service they bring is started: the tests start their own, on free ports. */
export async function install(packages: readonly string[]): Promise<void> {
  const guarded = await forbidServices();
  try {
    await aptGet(['update']);
    await aptGet(['install', '--yes', '--no-install-recommends', ...packages]);
  } finally {
    if (guarded) await rm(POLICY, { force: true });
  }
}

/** 101 is "forbidden by policy" to every maintainer script. A policy that is there already is its owner's. */
async function forbidServices(): Promise<boolean> {
  try {
    await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

/** Quiet unless it fails. Waits for another apt-get that holds the lock rather than giving up. */
function aptGet(args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === 0) return done();
      process.stderr.write(Buffer.concat(output));
      fail(new Error(`apt-get ${args.join(' ')} ended with ${code}`));
    });
  });
}
