import { setTimeout as pause } from 'node:timers/promises';
import { BareLayer } from './bare-layer.js';
import { check, type Verdict } from './checker.js';
import { Crowd, type CrowdOptions } from './crowd.js';
import { violationsOf } from './findings.js';
import type { Scale, Stage } from './stage.js';
import { type Setup, World } from './world.js';

/** One way to break it, and what must hold all the same. */
export interface Fault {
  id: string;
  title: string;
  /** So long that it is run only where it is named, or at full scale. */
  long?: boolean;
  run: (stage: Stage) => Promise<Result>;
}

export interface Result {
  verdict: Verdict;
  /** What a chat on the bare channel layer would have lost; undefined where there is none between nodes. */
  bareLost?: number;
  /** What was measured, for people. */
  notes: string[];
  /** Promises of this fault that were broken, beside what the verdict says. */
  broken: string[];
}

export function isSound({ verdict, broken }: Result): boolean {
  return violationsOf(verdict) === 0 && broken.length === 0;
}

/** What a fault is given while it happens. */
export interface Scene {
  world: World;
  crowd: Crowd;
  scale: Scale;
  random: () => number;
  /** Milliseconds of a fault at this scale. */
  ms: (full: number) => number;
  note: (text: string) => void;
  /** Breaks the run where `holds` is false. */
  expect: (holds: boolean, promise: string) => void;
  /** Notes how long it took, and breaks the run where that is past the design's mark and all that a busy machine adds. */
  within: (markMs: number, tookMs: number | undefined, promise: string) => void;
}

export interface Scenario extends Setup, Partial<CrowdOptions> {
  perSecond?: number;
  /** Without traffic of its own: the fault says what there is to say. */
  quiet?: boolean;
  /** Through which wire the bare layer listens; the first node's where not given. */
  bareEar?: 'direct' | 'first wire';
  settleMs?: number;
  /** The fault leaves open what becomes of some messages: they are shown as failed, and may be stored. */
  leavesOpen?: boolean;
  fault: (scene: Scene) => Promise<void>;
}

/** By which a mark may be missed where the machine has other work: what is broken takes longer still, or for ever. */
const PATIENCE = 3;

/** Calm, the fault under traffic, calm again; then everything is compared with everything. */
export async function play(stage: Stage, scenario: Scenario): Promise<Result> {
  const { scale } = stage;
  const { clients = scale.clients, rooms = scale.rooms, perSecond = scale.perSecond, quiet } = scenario;
  const notes: string[] = [];
  const broken: string[] = [];
  await using world = await World.build(stage, scenario);
  await using crowd = await Crowd.gather(world, {
    ...scenario,
    clients,
    rooms,
  });
  await using bare = await listen(world, scenario.bareEar);
  const scene: Scene = {
    world,
    crowd,
    scale,
    random: crowd.random,
    ms: (full) => Math.round(full * scale.times),
    note: (text) => void notes.push(text),
    expect: (holds, promise) => void (holds || broken.push(promise)),
    within(markMs, tookMs, promise) {
      const took = tookMs === undefined ? 'never' : `${Math.round(tookMs)} ms`;
      notes.push(`${promise}: ${took}, the mark is ${markMs} ms`);
      if (tookMs === undefined || tookMs > markMs * PATIENCE) broken.push(`${promise}: ${took}`);
    },
  };
  if (!quiet) crowd.talk(perSecond);
  if (!quiet) await pause(scale.calmMs);
  await scenario.fault(scene);
  if (!quiet) await pause(scale.calmMs);
  await crowd.settle(scenario.settleMs);

  const stored = await world.stored();
  const heads = new Map((await world.rooms()).map(({ name, head }) => [name, head]));
  const verdict = check({
    sends: crowd.history.sends,
    changes: crowd.history.changes,
    views: crowd.history.all,
    stored,
    heads,
  });
  for (const node of world.nodes) broken.push(...node.deaths, ...node.complaints);
  if (verdict.unknown > 0 && !scenario.leavesOpen)
    broken.push(`${verdict.unknown} messages were neither acknowledged nor refused`);
  if (verdict.stored === 0) broken.push('nothing was ever stored: nothing was tested');
  return {
    verdict,
    notes,
    broken,
    ...(bare && { bareLost: bare.lost(stored) }),
  };
}

async function listen(world: World, ear: Scenario['bareEar'] = 'first wire'): Promise<BareLayer | null> {
  const wire = world.redisWires[0];
  if (!world.redis || !wire) return null;
  const url = ear === 'direct' ? world.redis.url : `redis://127.0.0.1:${wire.port}`;
  return BareLayer.listen(url, await world.rooms());
}

/** Waits until it is so; the scene's own promises tell where it never was. */
export async function eventually(
  fact: () => boolean | Promise<boolean>,
  withinMs: number,
): Promise<number | undefined> {
  const began = performance.now();
  for (;;) {
    if (await Promise.resolve(fact()).catch(() => false)) return performance.now() - began;
    if (performance.now() - began > withinMs) return undefined;
    await pause(25);
  }
}
