import { setTimeout as pause } from 'node:timers/promises';
import { oneOf } from '../random.js';
import { eventually, type Fault, play } from '../scenario.js';

export const F01: Fault = {
  id: 'F01',
  title: 'the only node is killed, and started again',
  run: (stage) =>
    play(stage, {
      nodes: 1,
      database: 'sqlite',
      fault: async ({ world, note, expect }) => {
        const node = world.node(0);
        await node.kill();
        const began = performance.now();
        await node.start();
        note(`ready again ${Math.round(performance.now() - began)} ms after its start`);
        const healthy = await eventually(async () => (await node.health()).code === 200, 10_000);
        expect(healthy !== undefined, 'ready within 10 s of the start');
      },
    }),
};

export const F02: Fault = {
  id: 'F02',
  title: 'one of two nodes is killed: its people move, the others notice nothing',
  run: (stage) =>
    play(stage, {
      nodes: 2,
      database: 'postgres',
      bareEar: 'direct',
      fault: async ({ world, crowd, scale, note, expect, ms }) => {
        const [ofA, ofB] = [0, 1].map((home) => crowd.clients.filter((_, index) => index % 2 === home));
        const before = (ofB ?? []).map(({ closes }) => closes.length);
        await world.node(0).kill();
        const moved = await eventually(() => (ofA ?? []).every(({ isWhole }) => isWhole), 60_000);
        expect(moved !== undefined, 'everybody of the killed node is whole on the other one');
        note(`all ${ofA?.length} moved and whole after ${Math.round(moved ?? 0)} ms`);
        await pause(ms(5_000));
        const kept = (ofB ?? []).every(({ closes }, index) => closes.length === before[index]);
        expect(kept, 'nobody of the other node loses the connection');
        if (scale.name === 'full') {
          // Everybody is on B now: who else is counted is a ghost of A.
          await pause(65_000);
        }
      },
    }),
};

export const SQLITE: Fault = {
  id: 'SQLITE',
  title: 'killed at random moments again and again while people send',
  run: (stage) =>
    play(stage, {
      nodes: 1,
      database: 'sqlite',
      clients: 8,
      rooms: 2,
      perSecond: 200,
      settleMs: 120_000,
      fault: async ({ world, crowd, scale, random, note }) => {
        const kills = Math.max(3, Math.round(50 * scale.times * scale.times));
        const node = world.node(0);
        const starts: number[] = [];
        for (let kill = 0; kill < kills; kill++) {
          // A crowd that waits its full jitter would not be there to be killed.
          for (const client of crowd.clients) client.drop();
          await eventually(() => crowd.clients.some(({ isJoined }) => isJoined), 30_000);
          await pause(random() * 700);
          await node.kill();
          const began = performance.now();
          await node.start();
          starts.push(performance.now() - began);
        }
        note(`${kills} kills; the slowest start took ${Math.round(Math.max(...starts))} ms`);
      },
    }),
};

export const FROZEN: Fault = {
  id: 'F29',
  title: 'a node stands still, and goes on as if nothing had happened',
  run: (stage) =>
    play(stage, {
      nodes: 2,
      database: 'postgres',
      env: { PING_INTERVAL_MS: '2000', PONG_TIMEOUT_MS: '2000' },
      silenceMs: 60_000,
      fault: async ({ world, crowd, ms, random, note }) => {
        const node = oneOf(world.nodes, random);
        node.freeze();
        await pause(ms(10_000));
        node.thaw();
        const whole = await eventually(() => crowd.clients.every(({ isWhole }) => isWhole), 30_000);
        note(`${node.name} stood still for ${ms(10_000)} ms; whole after ${Math.round(whole ?? 0)} ms`);
      },
    }),
};
