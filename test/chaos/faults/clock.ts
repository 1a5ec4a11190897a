import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CloseCode } from '../../../src/protocol/codes.js';
import type { HistoryPage } from '../../../src/protocol/index.js';
import { connectionsOf, everybodyWhole } from '../everybody.js';
import { type Fault, play, type Scene } from '../scenario.js';

const HOUR = 3_600_000;
const clock = fileURLToPath(new URL('../shifted-clock.mjs', import.meta.url));

/** What the nodes wrote down as the time of each message of a room, in the order of the room. */
async function timesIn(room: string, { world }: Scene): Promise<number[]> {
  const answer = await fetch(`${world.node(0).url}/api/rooms/${room}/messages?limit=100`);
  return ((await answer.json()) as HistoryPage).messages.map(({ at }) => Date.parse(at));
}

export const F38: Fault = {
  id: 'F38',
  title: 'the clocks of two nodes are two hours apart, and leap',
  run: (stage) =>
    play(stage, {
      nodes: 2,
      database: 'postgres',
      flags: ['--import', clock],
      envOf: (index) => ({ CLOCK_SHIFT_MS: `${index === 0 ? HOUR : -HOUR}` }),
      fault: async (scene) => {
        const { world, crowd, ms, note, expect } = scene;
        const everybody = [...crowd.clients];
        const connections = connectionsOf(everybody);
        for (let round = 0; round < 4; round++) {
          world.node(round % 2).leap();
          await pause(Math.max(500, ms(5_000)));
        }
        const kept = connections.allKept();
        expect(kept, 'nobody is disconnected by a clock');

        const times = await timesIn(crowd.rooms[0] ?? '', scene);
        const back = times.filter((at, index) => index > 0 && at < (times[index - 1] ?? 0)).length;
        note(`the time of a message is before that of the one before it ${back} times of ${times.length}`);
        const apart = Math.max(...times) - Math.min(...times);
        expect(apart > HOUR, 'messages are written down hours apart: else nothing was tested');

        // Whoever signed in by one clock comes back by the other, and those who are in come back where they were.
        const guests = [];
        for (const home of [0, 1])
          for (let n = 0; n < 4; n++) guests.push(await crowd.add(home, crowd.rooms.slice(0, 1), 'anybody'));
        for (const guest of guests) guest.start();
        for (const client of everybody) client.drop();
        const whole = await everybodyWhole(crowd.clients, 30_000);
        expect(whole !== undefined, 'everybody is in, whichever clock they signed in by');
        const signedOut = crowd.clients.filter(({ closes }) => closes.includes(CloseCode.signedOut));
        expect(signedOut.length === 0, `nobody is signed out: ${signedOut.length} were`);
      },
    }),
};
