import { setTimeout as pause } from 'node:timers/promises';
import type { ResumingClient } from '../client.js';
import { oneOf } from '../random.js';
import { everybodyWhole } from '../everybody.js';
import { type Fault, play } from '../scenario.js';

const two = { nodes: 2, database: 'postgres' } as const;

export const ALL: Fault = {
  id: 'ALL',
  title: 'both nodes and Redis are killed in one moment, and come back one by one',
  run: (stage) =>
    play(stage, {
      ...two,
      settleMs: 90_000,
      fault: async ({ world, crowd, ms, random, within }) => {
        for (let round = 0; round < Math.max(1, ms(3)); round++) {
          await Promise.all([...world.nodes.map((node) => node.kill()), world.redis?.kill()]);
          const late = oneOf(['Redis', 'a node'], random);
          if (late === 'a node') await world.redis?.restart();
          await world.node(round % 2).start();
          await pause(random() * 1_000);
          await world.node(1 - (round % 2)).start();
          if (late === 'Redis') await world.redis?.restart();
          within(5_000, await everybodyWhole(crowd.clients, 60_000), 'everybody is back, and whole');
        }
      },
    }),
};

export const CUT: Fault = {
  id: 'CUT',
  title: 'all connections to PostgreSQL are reset again and again, in the middle of whatever runs on them',
  run: (stage) =>
    play(stage, {
      ...two,
      settleMs: 90_000,
      fault: async ({ world, crowd, ms, random, note, within }) => {
        const wire = world.databaseWire;
        if (!wire) throw new Error('there is no wire to PostgreSQL');
        const end = performance.now() + Math.max(4_000, ms(20_000));
        let resets = 0;
        while (performance.now() < end) {
          // Held back, so that some are on their way there, and some on their way back.
          wire.latencyMs = Math.floor(random() * 15);
          await pause(20 + random() * 250);
          wire.reset();
          resets += 1;
        }
        wire.heal();
        note(`${resets} resets`);
        within(3_000, await everybodyWhole(crowd.clients, 30_000), 'everybody is whole');
      },
    }),
};

export const DOORS: Fault = {
  id: 'DOORS',
  title: 'people come and go in rooms while their node is killed',
  run: (stage) =>
    play(stage, {
      ...two,
      settleMs: 90_000,
      fault: async ({ world, crowd, ms, random, note, within }) => {
        let stopped = false;
        let moves = 0;
        const guests = await Promise.all(
          [0, 1, 0, 1].map((home) => crowd.add(home, crowd.rooms.slice(0, 2))),
        );
        for (const guest of guests) guest.start();
        const comeAndGo = async (guest: ResumingClient) => {
          while (!stopped) {
            const room = oneOf(crowd.rooms.slice(0, 2), random);
            // Whoever is cut off in between is in again as soon as they are back.
            await guest.leaveRoom(room).catch(() => undefined);
            await pause(random() * 30);
            await guest.joinRoom(room).catch(() => undefined);
            await pause(random() * 30);
            moves += 1;
          }
        };
        const coming = Promise.all(guests.map(comeAndGo));
        for (let round = 0; round < Math.max(2, ms(6)); round++) {
          await pause(300 + random() * 500);
          await world.node(round % 2).kill();
          await pause(random() * 500);
          await world.node(round % 2).start();
        }
        stopped = true;
        await coming;
        for (const guest of guests) guest.drop();
        note(`${moves} times somebody came and went`);
        within(5_000, await everybodyWhole(crowd.clients, 60_000), 'everybody is in, and whole');
      },
    }),
};
