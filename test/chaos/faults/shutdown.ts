import { setTimeout as pause } from 'node:timers/promises';
import { CloseCode } from '../../../src/protocol/codes.js';
import { timesOf } from '../times.js';
import { eventually, type Fault, play } from '../scenario.js';

export const F03: Fault = {
  id: 'F03',
  title: 'the only node is asked to stop, and is started again',
  run: (stage) =>
    play(stage, {
      nodes: 1,
      database: 'sqlite',
      env: { DRAIN_DELAY_MS: '3000', DRAIN_WINDOW_MS: '1500' },
      clients: { short: 24, normal: 300, full: 1_000 }[stage.scale.name],
      fault: async ({ world, crowd, expect, within }) => {
        const node = world.node(0);
        const before = crowd.clients.map(({ closes }) => closes.length);
        const began = performance.now();
        node.signal('SIGTERM');
        const told = await eventually(async () => (await node.health()).code === 503, 10_000);
        expect(told !== undefined, 'says at once that it is not ready any more');
        const code = await node.ended;
        expect(code === 0, `ends with 0, not with ${code}`);
        within(15_000, performance.now() - began, 'it ends');
        const closes = crowd.clients.map(({ closes: all }, index) => all[before[index] ?? 0]);
        const parted = closes.filter((close) => close === CloseCode.restarting).length;
        expect(parted === closes.length, `${parted} of ${closes.length} are sent away with 1012`);
        await node.start();
      },
    }),
};

export const F04: Fault = {
  id: 'F04',
  title: 'three nodes are replaced one after the other',
  run: (stage) =>
    play(stage, {
      nodes: 3,
      database: 'postgres',
      env: { DRAIN_DELAY_MS: '300', DRAIN_WINDOW_MS: '2000' },
      fault: async ({ world, crowd, note, expect, within, ms }) => {
        const before = crowd.clients.map(({ closes }) => closes.length);
        for (const node of world.nodes) {
          const code = await node.kill('SIGTERM');
          expect(code === 0, `${node.name} ends with 0, not with ${code}`);
          await node.start();
          await eventually(() => crowd.clients.every(({ isJoined }) => isJoined), 30_000);
          await pause(ms(2_000));
        }
        const moves = crowd.clients.map(({ closes }, index) => {
          const since = closes.slice(before[index]);
          return since.filter((code) => code === CloseCode.restarting).length;
        });
        note(`at most ${Math.max(...moves)} moves of one person`);
        expect(Math.max(...moves) <= 3, 'nobody moves more than three times');
        const { longestSilenceMs } = timesOf(crowd.history.sends, crowd.history.all);
        within(3_000, longestSilenceMs, 'somebody heard nothing');
        expect(
          crowd.history.sends.every(({ outcome }) => outcome !== 'fail'),
          'no send fails',
        );
      },
    }),
};
