import { setTimeout as pause } from 'node:timers/promises';
import { residentMiB, slope } from '../memory.js';
import { oneOf } from '../random.js';
import { everybodyWhole } from '../everybody.js';
import { type Fault, play, type Scene } from '../scenario.js';

/** The first part of a soak fills caches and warms code up. */
const WARM_UP = 1 / 3;
const MOST_GROWTH_MIB = 1;

type Trouble = readonly [name: string, happen: (scene: Scene) => Promise<void>];

/** Node B is left alone: its memory is watched. */
const troubles: readonly Trouble[] = [
  ['node A killed', async ({ world }) => void (await world.node(0).kill(), await world.node(0).start())],
  [
    'node A replaced',
    async ({ world }) => void (await world.node(0).kill('SIGTERM'), await world.node(0).start()),
  ],
  [
    'Redis killed',
    async ({ world, random }) => {
      await world.redis?.kill();
      await pause(random() * 3_000);
      await world.redis?.restart();
    },
  ],
  [
    'Redis frozen',
    async ({ world, random }) => {
      world.redis?.pause();
      await pause(random() * 5_000);
      world.redis?.resume();
    },
  ],
  ['people cut off', async ({ world, random }) => oneOf(world.doors, random).reset()],
  [
    'a slow network',
    async ({ world, random }) => {
      const proxy = oneOf([...world.doors, ...world.redisWires], random);
      proxy.latencyMs = 80;
      await pause(3_000);
      proxy.heal();
    },
  ],
  [
    'answers of the database lost',
    async ({ world, random }) => {
      world.databaseWire?.drop('down');
      await pause(random() * 100);
      world.databaseWire?.heal();
    },
  ],
];

export const F42: Fault = {
  id: 'F42',
  title: 'one trouble after the other, for as long as --minutes says',
  long: true,
  run: (stage) =>
    play(stage, {
      nodes: 2,
      database: 'postgres',
      perSecond: stage.scale.name === 'full' ? 200 : stage.scale.perSecond,
      env: { DRAIN_DELAY_MS: '300', DRAIN_WINDOW_MS: '1000' },
      settleMs: 120_000,
      fault: async (scene) => {
        const { world, crowd, random, note, expect } = scene;
        const counts = new Map<string, number>();
        const samples: (readonly [minutes: number, mib: number])[] = [];
        const began = performance.now();
        const minutes = () => (performance.now() - began) / 60_000;
        const watch = setInterval(() => {
          const now = minutes();
          if (now < stage.minutes * WARM_UP) return;
          void residentMiB(world.node(1).pid).then((mib) => void samples.push([now, mib]));
        }, 1_000);
        while (minutes() < stage.minutes) {
          const [name, happen] = oneOf(troubles, random);
          counts.set(name, (counts.get(name) ?? 0) + 1);
          await happen(scene);
          await everybodyWhole(crowd.clients, 60_000);
          await pause(1_000 + random() * 8_000);
        }
        clearInterval(watch);
        note([...counts].map(([name, count]) => `${count} × ${name}`).join(', '));
        const growth = slope(samples) * 10;
        const most = Math.max(...samples.map(([, mib]) => mib));
        note(`node B: at most ${Math.round(most)} MiB, ${growth.toFixed(1)} MiB more every 10 minutes`);
        // In a few minutes a garbage collection more or less outweighs every leak.
        if (stage.minutes >= 30)
          expect(
            growth <= MOST_GROWTH_MIB,
            `memory grows by at most ${MOST_GROWTH_MIB} MiB every 10 minutes`,
          );
      },
    }),
};
