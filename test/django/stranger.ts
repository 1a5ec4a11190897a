import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Advice } from '../../src/doctor/advice.js';
import { type DjangoLayer, openPage, startCommand, startDaphne } from '../support/django.js';
import { subscribers } from '../support/subscribers.js';
import { startScript } from '../support/script.js';
import { ServerProcess } from '../support/server-process.js';
import { besideDjango, joined, type Setting, settled } from './mixed-traffic.js';
import { OurPerson } from './our-person.js';
import { type Tally, tally, textOf } from './tally.js';

/** A Django project that knows nothing of us: see its consumers. */
const townhall = {
  settings: 'townhall.settings',
  application: 'townhall.asgi:application',
  folder: fileURLToPath(new URL('./stranger/', import.meta.url)),
};
const limits = { capacity: 3_000, expiry: 45, group_expiry: 7_200 };

export interface Combination extends Omit<Setting, 'capacity'> {
  /** Where ours are in another order. */
  ourKeys?: string[];
  processes: number;
  room: string;
}

export interface Place {
  redisUrls: string[];
  /** Of all processes of ours. */
  databaseUrl: string;
}

export interface Outcome {
  advice: Advice;
  djangoStored: Tally;
  oursStored: Tally;
  /** What one of ours heard live of what either side said. */
  heardLive: Tally;
  /** What either side said, as each consumer heard it. */
  heardInDjango: Record<string, Tally>;
  /** What else the log holds, of what was said after all were there. */
  odd: string[];
  /** Sockets of Django's that were closed. */
  closed: string[];
  faults: string[];
}

/** A JSON list for the view, and what of it is to be stored: what can be read as words. */
export const oddWords = `[7, ${2n ** 60n}, null, ["a"], {"text": "x"}, true, 2.5, "2026-01-02T03:04:05+00:00", "", " ", "naïve ✓ 👋"]`;
export const oddTexts = ['7', `${2n ** 60n}`, 'true', '2.5', '2026-01-02T03:04:05+00:00', 'naïve ✓ 👋'];

const EACH = 15;
const EVERY_MS = 40;
/** Said to look whether all are there. */
const isGreeting = (text: string) => /^(before |is everybody)/.test(text);

/** Two Daphnes, a worker and a command of the project, and our server as the doctor says; all of them speak. */
export async function beside(combination: Combination, place: Place): Promise<Outcome> {
  const { room, keys, ourKeys = keys } = combination;
  await using stack = new AsyncDisposableStack();
  const town = stack.use(await openTown(combination, place.redisUrls));
  const advice = await town.whileTalking(() => askDoctor(place.redisUrls, ourKeys ?? []));
  const env = serverEnv(advice, ourKeys, room);
  const servers = await Promise.all(
    Array.from({ length: combination.processes }, () =>
      ServerProcess.start({ ...env, REDIS_URL: place.redisUrls.join(','), DATABASE_URL: place.databaseUrl }),
    ),
  );
  for (const server of servers) stack.use(server);
  const people = [0, 1, 2].map((n) => {
    const addresses = servers.map((_, i) => servers[(n + i) % servers.length]!.socketUrl);
    return new OurPerson(() => addresses, room);
  });
  for (const person of people) stack.defer(() => person.close());
  await Promise.all(people.map((person) => person.connect()));
  const [ann, bob, listener] = people as [OurPerson, OurPerson, OurPerson];
  await joined(town.pages.desk1, town.leastHeard, listener);

  const ofOurs = [ann, bob].map((person, n) => each(`ours${n}`, (text) => person.say(text)));
  const [ofTown, ...acknowledged] = await Promise.all([town.speak(), ...ofOurs]);
  const ours = acknowledged.flat();
  const all = [...ofTown, ...ours];
  const pages = Object.entries(town.pages);
  const log = await settled(
    servers.at(-1)!,
    encodeURIComponent(room),
    () => all,
    () =>
      [listener, ...Object.values(town.pages)].every(({ heard }) =>
        all.every((text) => heard.includes(text)),
      ),
  );
  return {
    advice,
    djangoStored: tally(ofTown, log),
    oursStored: tally(ours, log),
    heardLive: tally(all, listener.heard),
    heardInDjango: Object.fromEntries(pages.map(([name, { heard }]) => [name, tally(all, heard)])),
    odd: log.filter((text) => !all.includes(text) && !isGreeting(text)),
    closed: pages.flatMap(([name, page]) => (page.isOpen ? [] : [name])),
    faults: town.faults(),
  };
}

async function each(sender: string, say: (text: string) => unknown): Promise<string[]> {
  const said: string[] = [];
  for (let n = 0; n < EACH; n++) {
    await say(textOf(sender, n));
    said.push(textOf(sender, n));
    await pause(EVERY_MS);
  }
  return said;
}

async function openTown({ layer, format, keys, room }: Combination, redisUrls: string[]) {
  const CONFIG = {
    ...limits,
    hosts: redisUrls,
    prefix: 'town hall/*[1]',
    channel_capacity: { 'http.request': 200, 'django*': 5_000 },
    format,
    keys,
  };
  const django: DjangoLayer = { BACKEND: `layers.${layer}`, CONFIG };
  await using stack = new AsyncDisposableStack();
  const start = async () => stack.use(await startDaphne(django, townhall));
  const [first, second] = await Promise.all([start(), start()]);
  const worker = stack.use(startCommand(django, townhall, 'runworker', 'digests'));
  const inRoom = encodeURIComponent(room);
  const open = async ({ url }: { url: string }, path: string) =>
    stack.use(await openPage(`${url.replace('http', 'ws')}/live/${path}/`));
  const pages = {
    desk1: await open(first, `desk/${inRoom}`),
    desk2: await open(second, `desk/${inRoom}`),
    phone1: await open(first, `phone/${inRoom}`),
    phone2: await open(second, `phone/${inRoom}`),
    ...(room === 'lobby' ? { wall: await open(second, 'wall') } : {}),
  };
  // Its layer loses what is said before.
  if (layer === 'pubsub') await subscribers(redisUrls, 'digests', 1);
  const post = async (view: string, body: string) => {
    const response = await fetch(`${second.url}/${view}/${inRoom}/`, { method: 'POST', body });
    if (!response.ok) throw new Error(`the view answered ${response.status}`);
  };
  const cron = async () => {
    const words = [0, 1, 2].map((n) => textOf('cron', n));
    await using command = startCommand(django, townhall, 'announce', room, ...words);
    await command.ended;
    return words;
  };
  const lines = () => [...first.said, ...second.said, ...worker.said];
  const owned = stack.move();
  return {
    pages,
    /** Whoever of them has heard least until now. */
    leastHeard: {
      get heard() {
        return Object.values(pages).reduce(
          (least, { heard }) => (heard.length < least.length ? heard : least),
          pages.desk1.heard,
        );
      },
    },
    async whileTalking<T>(work: () => Promise<T>): Promise<T> {
      let talking = true;
      const done = work().finally(() => (talking = false));
      for (let n = 0; talking; n++) {
        for (const page of [pages.desk1, pages.phone2]) page.say(`before ${n}`);
        await pause(EVERY_MS);
      }
      return done;
    },
    /** From sockets, a view, a command and a worker. */
    async speak(): Promise<string[]> {
      const said = await Promise.all([
        each('desk', pages.desk1.say),
        each('phone', pages.phone2.say),
        each('mayor', (text) => post('announce', JSON.stringify([text]))),
        each('digest', (text) => post('digest', JSON.stringify([text]))),
        cron(),
        post('announce', oddWords).then(() => []),
      ]);
      return said.flat();
    },
    faults: () => lines().filter((line) => /Traceback|Error/.test(line)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** As the doctor's words say: its settings, and what it leaves to whoever knows Django's. */
function serverEnv({ settings, warnings }: Advice, keys: string[] | undefined, room: string) {
  const unseen: Record<string, number> = {
    CHANNEL_CAPACITY: limits.capacity,
    CHANNEL_EXPIRY: limits.expiry,
    GROUP_EXPIRY: limits.group_expiry,
  };
  const asked = Object.entries(unseen).filter(([name]) => warnings.some((line) => line.includes(name)));
  const isHidden = warnings.some((line) => line.includes('Name the rooms in DJANGO_BRIDGE'));
  return {
    ...settings,
    ...Object.fromEntries(asked.map(([name, value]) => [name, `${value}`])),
    ...('CHANNEL_ENCRYPTION_KEYS' in settings ? { CHANNEL_ENCRYPTION_KEYS: JSON.stringify(keys) } : {}),
    ...(isHidden ? { DJANGO_BRIDGE: room } : {}),
    ...besideDjango,
  };
}

async function askDoctor(redisUrls: string[], keys: string[]): Promise<Advice> {
  const args = ['--redis', redisUrls.join(','), '--keys', JSON.stringify(keys), '--listen', '4', '--json'];
  await using run = startScript(new URL('../../dist/src/doctor/main.js', import.meta.url), args);
  const text = (await run.rest()).join('\n');
  const code = await run.ended;
  if (code === 0 || code === 1) return JSON.parse(text) as Advice;
  throw new Error(`the doctor ended with ${code}: ${run.errors()}`);
}
