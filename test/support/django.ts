import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { freePort } from './free-port.js';

const folder = fileURLToPath(new URL('../django/', import.meta.url));
/** The app that people start from: what is tested is what they run. */
const example = fileURLToPath(new URL('../../examples/django-tutorial/', import.meta.url));
/** Debian's own, which its packages are for: a `python3` that comes first in the path may be another one. */
const python = () => process.env.DJANGO_PYTHON ?? '/usr/bin/python3';

export interface PeerOptions {
  layer: 'core' | 'pubsub';
  /** As in Django's settings. */
  hosts: readonly unknown[];
  prefix?: string;
  capacity?: number;
  expiry?: number;
  keys?: readonly string[];
  format?: 'msgpack' | 'json';
}

/** The names of channels_redis. Bytes are Buffers on both ways. */
type Call = 'new_channel' | 'send' | 'receive' | 'group_add' | 'group_discard' | 'group_send' | 'flush';

/** Runs Python; ends with the test, and with the test run. */
function startPython(args: string[], env: Record<string, string> = {}) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(python(), args, {
    cwd: folder,
    env: { PATH, HOME, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  const said: string[] = [];
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (line) => void said.push(line));
  const ended = new Promise<Error>((resolve) => {
    const end = (error?: Error) => {
      process.removeListener('exit', reap);
      resolve(new Error(`Python ended: ${error?.message ?? said.slice(-20).join('\n')}`));
    };
    child.once('error', end);
    child.once('close', () => end());
  });
  return {
    child,
    said,
    lines,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A Django process with the real channels_redis. */
export function startPeer(options: PeerOptions) {
  const started = startPython(['peer.py', JSON.stringify(options)]);
  const waiting = new Map<number, (reply: { result?: unknown; error?: string }) => void>();
  let last = 0;
  createInterface({ input: started.child.stdout }).on('line', (line) => {
    const { id, ...reply } = JSON.parse(line, fromJson) as { id: number; result?: unknown; error?: string };
    waiting.get(id)?.(reply);
    waiting.delete(id);
  });
  started.child.stdin.on('error', () => undefined);
  return {
    async call<T>(call: Call, ...args: unknown[]): Promise<T> {
      const id = ++last;
      const replied = new Promise<{ result?: unknown; error?: string }>((resolve) =>
        waiting.set(id, resolve),
      );
      started.child.stdin.write(`${JSON.stringify({ id, call, args }, toJson)}\n`);
      const reply = await Promise.race([replied, started.ended]);
      if (reply instanceof Error) throw reply;
      if (reply.error) throw new Error(reply.error);
      return reply.result as T;
    },
    [Symbol.asyncDispose]: started[Symbol.asyncDispose],
  };
}

export type DjangoPeer = ReturnType<typeof startPeer>;

/** What Django's settings would hold. */
export interface DjangoLayer {
  BACKEND: string;
  CONFIG: object;
}

/** A Django project: what its `manage.py` would set, and where it is. */
export interface DjangoSite {
  settings: string;
  application: string;
  folder: string;
}

const tutorial: DjangoSite = {
  settings: 'site_settings',
  application: 'mysite.asgi:application',
  folder: example,
};

const siteEnv = (channelLayer: DjangoLayer, site: DjangoSite) => ({
  CHANNEL_LAYER: JSON.stringify(channelLayer),
  DJANGO_SETTINGS_MODULE: site.settings,
  PYTHONPATH: `${site.folder}${delimiter}${folder}`,
});

/** One of a project's commands, as `manage.py` runs it. */
export function startCommand(channelLayer: DjangoLayer, site: DjangoSite, ...args: string[]) {
  const started = startPython(['-m', 'django', ...args], siteEnv(channelLayer, site));
  started.child.stdout.resume();
  return started;
}

/** Daphne with the app of examples/django-tutorial, or of another project. */
export async function startDaphne(channelLayer: DjangoLayer, site = tutorial) {
  const port = await freePort();
  const args = ['-m', 'daphne', '-b', '127.0.0.1', '-p', `${port}`, site.application];
  const started = startPython(args, siteEnv(channelLayer, site));
  started.child.stdout.resume();
  const ready = new Promise<void>((resolve) =>
    started.lines.on('line', (line) => line.includes('Listening on TCP address') && resolve()),
  );
  const failure = await Promise.race([ready, started.ended]);
  if (failure) throw failure;
  return {
    url: `http://127.0.0.1:${port}`,
    socketUrl: (room: string) => `ws://127.0.0.1:${port}/ws/chat/${room}/`,
    /** What it wrote to standard error. */
    said: started.said,
    [Symbol.asyncDispose]: started[Symbol.asyncDispose],
  };
}

/** A page of the tutorial, served where its socket leads: sends and hears `{"message": …}`. */
export async function openPage(url: string, timeoutMs = 15_000) {
  const origin = new URL(url).origin.replace('ws', 'http');
  const socket = new WebSocket(url, { origin, handshakeTimeout: timeoutMs });
  const heard: string[] = [];
  const waiting: (() => void)[] = [];
  let tell: (text: string) => void = () => undefined;
  const closed = new Promise<number>((resolve) =>
    socket.addEventListener('close', ({ code }) => resolve(code)),
  );
  socket.addEventListener('message', ({ data }) => {
    const { message } = JSON.parse(String(data)) as { message?: unknown };
    if (typeof message !== 'string') return;
    heard.push(message);
    tell(message);
    for (const look of waiting) look();
  });
  await once(socket, 'open');
  return {
    say: (message: string) => socket.send(JSON.stringify({ message })),
    /** All it has heard until now. */
    heard: heard as readonly string[],
    /** Called with each text from now on. */
    onText: (hear: (text: string) => void) => void (tell = hear),
    /** Resolves with the code. */
    closed,
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    /** Resolves with all that it heard, once that ends with these words; rejects when the socket closes first. */
    heardUntil: (last: string) =>
      new Promise<string[]>((resolve, reject) => {
        const look = () => heard.at(-1) === last && resolve([...heard]);
        waiting.push(look);
        void closed.then((code) => reject(new Error(`closed with ${code}`)));
        look();
      }),
    [Symbol.dispose]: () => socket.close(),
  };
}

function toJson(_key: string, value: unknown): unknown {
  // A Buffer has turned itself into { type: 'Buffer', data } before it comes here.
  if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer')
    return { $bytes: Buffer.from((value as unknown as { data: number[] }).data).toString('base64') };
  return value;
}

function fromJson(_key: string, value: unknown): unknown {
  if (typeof value === 'object' && value !== null && '$bytes' in value)
    return Buffer.from(String(value.$bytes), 'base64');
  return value;
}
