import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDaphne } from '../support/django.js';
import { becomes } from '../support/observe.js';
import { startWatchedRedis } from '../support/sentinel.js';
import { ServerProcess } from '../support/server-process.js';
import { DjangoPerson } from './django-person.js';
import { readLog, type Setting, wireOf } from './mixed-traffic.js';
import { OurPerson } from './our-person.js';
import { tally, textOf } from './tally.js';

const clean = { lost: [], doubled: [], misordered: [] };
const keys = ['new', 'old'];
/** All on one Redis, so that one death is enough: a prefix keeps each to itself. */
const settings: (Setting & { what: string; prefix: string })[] = [
  { layer: 'core', what: 'msgpack', prefix: 'core' },
  { layer: 'core', what: 'JSON, encrypted', prefix: 'json', format: 'json', keys },
  { layer: 'pubsub', what: 'msgpack', prefix: 'pubsub' },
  { layer: 'pubsub', what: 'encrypted', prefix: 'secret', keys },
];
const room = 'failover';
const everyMs = 100;

/** People of Django and of ours in one room, who write until they are told to stop. */
class Side {
  /** What was acknowledged to ours. */
  readonly acknowledged: string[] = [];
  readonly statuses = new Set<string>();
  private said = 0;
  private writing = true;
  private readonly work: Promise<unknown>;

  private constructor(
    readonly server: ServerProcess,
    readonly daphne: Awaited<ReturnType<typeof startDaphne>>,
    readonly ours: OurPerson,
    readonly theirs: DjangoPerson,
  ) {
    this.work = Promise.all([this.writeOurs(), this.writeTheirs(), this.watch()]);
  }

  static async start(setting: Setting, redis: Awaited<ReturnType<typeof startWatchedRedis>>): Promise<Side> {
    const wire = wireOf(setting, redis.url, [redis.host]);
    const env = { ...wire.ours, DATABASE_URL: 'sqlite::memory:', RATE_LIMIT: 'off', DJANGO_BRIDGE: room };
    const [server, daphne] = await Promise.all([ServerProcess.start(env), startDaphne(wire.django)]);
    const ours = new OurPerson(() => [server.socketUrl], room);
    await ours.connect();
    return new Side(server, daphne, ours, new DjangoPerson(daphne.socketUrl(room)));
  }

  /** Resolves when what is said now, on either side, is heard on the other. */
  async areTogether(): Promise<void> {
    const since = { ours: this.acknowledged.length, theirs: this.said };
    const number = (text: string) => Number(text.split(':')[1]);
    const later = (heard: readonly string[], sender: string, from: number) =>
      heard.some((text) => text.startsWith(`${sender}:`) && number(text) > from);
    await becomes(() => later(this.theirs.heard, 'ours', since.ours), true);
    await becomes(() => later(this.ours.heard, 'theirs', since.theirs), true);
  }

  /** Everything that was on its way has arrived. */
  async stop(): Promise<void> {
    this.writing = false;
    await this.work;
    const [ours, theirs] = [this.acknowledged.at(-1)!, textOf('theirs', this.said - 1)];
    await becomes(() => this.theirs.heard.includes(ours), true);
    await becomes(() => this.ours.heard.includes(theirs), true);
  }

  /** What ended Django's consumers, and whatever else it complained of: the last line of each traceback. */
  complaints(): string[] {
    const ends: string[] = [];
    let isInside = false;
    for (const line of this.daphne.said)
      if (line.startsWith('Traceback (')) isInside = true;
      else if (isInside && /^\S/.test(line)) {
        isInside = false;
        ends.push(line);
      }
    return ends;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.writing = false;
    this.ours.close();
    await Promise.all([this.theirs.close(), this.work]);
    await Promise.all([this.server.kill(), this.daphne[Symbol.asyncDispose]()]);
  }

  private async writeOurs(): Promise<void> {
    for (let n = 0; this.writing; n++) {
      const text = textOf('ours', n);
      await this.ours.say(text);
      this.acknowledged.push(text);
      await pause(everyMs);
    }
  }

  private async writeTheirs(): Promise<void> {
    for (; this.writing; this.said++) {
      this.theirs.say(textOf('theirs', this.said));
      await pause(everyMs);
    }
  }

  private async watch(): Promise<void> {
    for (; this.writing; await pause(50)) this.statuses.add(await this.server.status());
  }
}

/** What Django's own Redis client says of a Redis that is gone, or not there yet. */
const ofRedisGone =
  /^(redis\.(asyncio\.sentinel|exceptions)\.(ConnectionError|TimeoutError|ReadOnlyError|MasterNotFoundError)|Connection(Refused|Reset)Error|asyncio\.exceptions\.CancelledError)/;
/** That many of each side, when all hear each other again. */
const afterwards = 20;

interface Outcome {
  side: Side;
  log: string[];
  /** What is said from here on, on the page that is open, must not be lost. */
  together: { ours: number; theirs: number; pages: number };
}

describe('Sentinel puts a replica in the place of a dead Redis, between Django and us', () => {
  let redis: Awaited<ReturnType<typeof startWatchedRedis>>;
  let sides: Side[] = [];
  let outcomes: Outcome[] = [];
  beforeAll(async () => {
    redis = await startWatchedRedis();
    sides = await Promise.all(settings.map((setting) => Side.start(setting, redis)));
    await Promise.all(sides.map((side) => side.areTogether()));
    for (const side of sides) side.statuses.clear();
    await redis.watch();
    await redis.master.kill();
    await becomes(() => sides.every(({ statuses }) => statuses.has('degraded')), true);
    const status = () => Promise.all(sides.map(({ server }) => server.status()));
    const up = sides.map(() => 'up');
    await becomes(status, up, 60_000);
    await Promise.all(sides.map((side) => side.areTogether()));
    outcomes = await Promise.all(sides.map(outcomeOf));
  }, 180_000);
  afterAll(async () => {
    await Promise.all(sides.map((side) => side[Symbol.asyncDispose]()));
    await redis?.[Symbol.asyncDispose]();
  });

  async function outcomeOf(side: Side): Promise<Outcome> {
    const { acknowledged, theirs } = side;
    const together = { ours: acknowledged.length, theirs: theirs.heard.length, pages: theirs.pages };
    await becomes(() => acknowledged.length > together.ours + afterwards, true);
    await side.stop();
    return { side, together, log: await readLog(side.server, room) };
  }

  describe.each(settings.map((setting, n) => ({ ...setting, n })))('$layer, $what', ({ n }) => {
    it('keeps what was acknowledged to ours once and in order, and shows it so to ours', () => {
      const { side, log } = outcomes[n]!;
      expect(tally(side.acknowledged, log)).toMatchObject(clean);
      expect(tally(log, side.ours.heard)).toMatchObject(clean);
      expect([...side.statuses].sort()).toEqual(['degraded', 'up']);
    });

    it('stores nothing of Django’s twice or out of order, and is one room with it again', () => {
      const { side, log, together } = outcomes[n]!;
      const { acknowledged, theirs } = side;
      const fromDjango = theirs.heard.filter((text) => text.startsWith('theirs:'));
      expect(tally(fromDjango, log)).toMatchObject({ ...clean, lost: expect.any(Array) });
      expect(tally(acknowledged, theirs.heard)).toMatchObject({ ...clean, lost: expect.any(Array) });
      // Django's consumers die with Redis, and people load their page anew; from then on nothing is missing.
      expect(theirs.pages).toBe(together.pages);
      const since = (texts: string[], from: number, sender: string) =>
        texts.slice(from).filter((text) => text.startsWith(sender));
      expect(tally(since(theirs.heard, together.theirs, 'theirs'), log)).toMatchObject(clean);
      expect(tally(since(acknowledged, together.ours, 'ours'), theirs.heard)).toMatchObject(clean);
      expect(since(theirs.heard, together.theirs, 'theirs').length).toBeGreaterThan(afterwards / 2);
    });

    it('gives Django’s consumers nothing to die of: only of their own Redis do they complain', () => {
      const complaints = outcomes[n]!.side.complaints();
      expect(complaints.filter((line) => !ofRedisGone.test(line))).toEqual([]);
    });
  });
});
