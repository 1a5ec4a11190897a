import { setTimeout as pause } from 'node:timers/promises';
import { openPage, startDaphne } from '../support/django.js';
import { ServerProcess } from '../support/server-process.js';
import { OurPerson } from './our-person.js';
import { lostInPeace, type Tally, tally, textOf } from './tally.js';

export interface Setting {
  layer: 'core' | 'pubsub';
  format?: 'msgpack' | 'json';
  keys?: string[];
  prefix?: string;
  /** Of both sides. Where not given, nothing is dropped because a process of this busy machine did not read for a moment. */
  capacity?: number;
}

export interface Traffic extends Setting {
  redisUrl: string;
  /** Where one process of ours finds the same Redis. */
  redisUrlOf?: (process: number) => string;
  /** Of all processes. With one process it may be left out: SQLite in memory. */
  databaseUrl?: string;
  room?: string;
  processes?: number;
  seconds: number;
  sendersPerSide?: number;
  /** Pause of each sender between two messages. */
  everyMs?: number;
  /** Called once, in the middle. */
  trouble?: (servers: ServerProcess[]) => Promise<void>;
}

export interface Outcome {
  /** What a consumer in Django heard of Django's people, in our log. */
  djangoStored: Tally;
  /** What was acknowledged to ours, in our log. */
  oursStored: Tally;
  /** What was acknowledged to ours, as a consumer in Django heard it. */
  oursInDjango: Tally;
  /** Of what Django did not hear, what was not on its way to there in a process that ended just then, and who had it. */
  lostInPeace: string[];
  /** What one of ours heard live of all that the log holds. */
  heardLive: Tally;
  /** Messages in the log that nobody said, or said once and are there twice. */
  log: number;
  /** Sockets of Django's that were closed. */
  closed: number;
  tracebacks: string[];
}

/** Settings of ours that Django has no part in. */
export const besideDjango = {
  AUTH_SECRET: 'a secret that all processes share, of forty',
  RATE_LIMIT: 'off',
  MAX_CONNECTIONS_PER_ADDRESS: '1000',
  LOG_LEVEL: 'warn',
};

/** The settings of one wire, for both sides; `hosts` as Django has them, where it has no URL for it. */
export function wireOf(
  { layer, format, keys, prefix = 'asgi', capacity = 10_000 }: Setting,
  redisUrl: string,
  hosts: readonly unknown[] = [redisUrl],
) {
  return {
    django: { BACKEND: `layers.${layer}`, CONFIG: { hosts, prefix, format, keys, capacity } },
    ours: {
      REDIS_URL: redisUrl,
      CHANNEL_PREFIX: prefix,
      CHANNEL_LAYER: layer === 'core' ? 'redis' : 'redis-pubsub',
      CHANNEL_SERIALIZER: format ?? 'msgpack',
      CHANNEL_ENCRYPTION_KEYS: keys?.join(',') ?? '',
      CHANNEL_CAPACITY: `${capacity}`,
    },
  };
}

/** People of Django and of ours in one room, all of them writing. Everything is a real process. */
export async function mixedTraffic(traffic: Traffic): Promise<Outcome> {
  const { redisUrl, databaseUrl, room = 'lobby', processes = 1, sendersPerSide = 3, everyMs = 100 } = traffic;
  const wire = wireOf(traffic, redisUrl);
  const env = {
    ...wire.ours,
    DATABASE_URL: databaseUrl ?? 'sqlite::memory:',
    ...besideDjango,
    DJANGO_BRIDGE: room,
  };
  await using stack = new AsyncDisposableStack();
  const servers = await Promise.all(
    Array.from({ length: processes }, (_, n) =>
      ServerProcess.start({ ...env, REDIS_URL: traffic.redisUrlOf?.(n) ?? redisUrl }),
    ),
  );
  for (const server of servers) stack.use(server);
  const daphne = stack.use(await startDaphne(wire.django));
  const addresses = (first: number) =>
    servers.map((_, n) => servers[(first + n) % servers.length]!.socketUrl);

  const recorder = stack.use(await openPage(daphne.socketUrl(room)));
  const pages = await Promise.all(
    Array.from({ length: sendersPerSide }, () => openPage(daphne.socketUrl(room))),
  );
  for (const page of pages) stack.use(page);
  const people = Array.from(
    { length: sendersPerSide + 1 },
    (_, n) => new OurPerson(() => addresses(n), room),
  );
  for (const person of people) stack.defer(() => person.close());
  const listener = people.at(-1)!;
  await Promise.all(people.map((person) => person.connect()));
  await joined(pages[0]!, recorder, listener);

  const givenTo = new Map<string, string[]>();
  const end = performance.now() + traffic.seconds * 1_000;
  const writing = [
    ...pages.map(async (page, sender) => {
      for (let n = 0; performance.now() < end; n++) {
        page.say(textOf(`django${sender}`, n));
        await pause(everyMs);
      }
    }),
    ...people.slice(0, -1).map(async (person, sender) => {
      for (let n = 0; performance.now() < end; n++) {
        const text = textOf(`ours${sender}`, n);
        givenTo.set(text, await person.say(text));
        await pause(everyMs);
      }
    }),
  ];
  if (traffic.trouble) {
    await pause((traffic.seconds * 1_000) / 2);
    await traffic.trouble(servers);
  }
  await Promise.all(writing);

  const fromDjango = () => [...new Set(recorder.heard.filter((text) => text.startsWith('django')))];
  const living = servers.filter(({ child }) => child.exitCode === null && child.signalCode === null);
  const acknowledged = [...givenTo.keys()];
  const log = await settled(living.at(-1)!, room, fromDjango, () => {
    const heard = new Set(recorder.heard);
    return acknowledged.every((text) => heard.has(text));
  });
  const oursInDjango = tally(acknowledged, recorder.heard);
  const ended = new Set(
    servers.filter((server) => !living.includes(server)).map(({ socketUrl }) => socketUrl),
  );
  return {
    djangoStored: tally(fromDjango(), log),
    oursStored: tally(acknowledged, log),
    oursInDjango,
    lostInPeace: lostInPeace(oursInDjango.lost, givenTo, ended),
    heardLive: tally(
      log.filter((text) => text.includes(':')),
      listener.heard,
    ),
    log: log.length,
    closed: [recorder, ...pages].filter((page) => !page.isOpen).length,
    tracebacks: daphne.said.filter((line) => line.includes('Traceback')),
  };
}

/** channels_redis says that it has joined before it has: so something is said until everybody has heard it. */
export async function joined(
  page: { say(text: string): void },
  recorder: { heard: readonly string[] },
  listener: OurPerson,
): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    page.say('is everybody there?');
    await pause(200);
    if (recorder.heard.length > 0 && listener.heard.length > 0) return;
  }
  throw new Error('Django and this server do not hear each other');
}

/**
 * The log, when nothing has come for a while and all that should be there and in Django is, or it does not come: what was
 * said behind a gap may be held for ten seconds.
 */
export async function settled(
  server: ServerProcess,
  room: string,
  expected: () => string[],
  isInDjango: () => boolean,
): Promise<string[]> {
  let log: string[] = [];
  for (let calm = 0, tries = 0; calm < 4 && tries < 96; tries++) {
    await pause(250);
    const before = log.length;
    log = await readLog(server, room);
    const there = new Set(log);
    const isThere = expected().every((text) => there.has(text)) && isInDjango();
    calm = log.length === before && (isThere || tries > 48) ? calm + 1 : 0;
  }
  return log;
}

export async function readLog({ url }: ServerProcess, room: string): Promise<string[]> {
  const texts: string[] = [];
  for (let after = 0; ;) {
    // A connection that was idle may be closed in the moment that it is used again.
    const page = () => fetch(`${url}/api/rooms/${room}/messages?after=${after}&limit=100`);
    const response = await page().catch(page);
    if (!response.ok) throw new Error(`the log cannot be read: ${response.status} ${await response.text()}`);
    const { messages } = (await response.json()) as { messages: { text: string; seq: number }[] };
    for (const { text, seq } of messages) {
      if (seq <= after) throw new Error('a page of history is out of order');
      after = seq;
      texts.push(text);
    }
    if (messages.length === 0) return texts;
  }
}
