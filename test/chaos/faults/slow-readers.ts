import { setTimeout as pause } from 'node:timers/promises';
import { CloseCode } from '../../../src/protocol/codes.js';
import { residentMiB } from '../memory.js';
import { percentiles } from '../times.js';
import type { ResumingClient } from '../client.js';
import { everybodyWhole } from '../everybody.js';
import { eventually, type Fault, play, type Scene } from '../scenario.js';

const BODY = 'x'.repeat(3_900);

/** Twice the design's mark: what Node has not collected yet is not the readers'. */
const MOST_GROWTH_MIB = 240;
/** Ten times the mark, and a fifth of what a slow reader is granted. */
const MOST_WAIT_MS = 1_000;

/** Those whose last connection has gone are counted for so long. */
const PRESENCE_GRACE_MS = 5_000;

/** People in the only room, as the server sees it. */
async function onlineIn(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/rooms`).then(
    async (response) => (await response.json()) as { rooms: { online: number }[] },
    () => null,
  );
  return answer?.rooms[0]?.online ?? Infinity;
}

/** Loopback hides megabytes of a reader that stands still in the kernel: much has to be said before it shows. */
async function flood(
  scene: Scene,
  speakers: readonly ResumingClient[],
  until: () => boolean,
): Promise<number> {
  let said = 0;
  const end = performance.now() + 60_000;
  await Promise.all(
    speakers.map(async (speaker) => {
      while (!until() && performance.now() < end) {
        await scene.crowd.sayText(speaker, 'room-1', BODY);
        said += 1;
      }
    }),
  );
  return said;
}

function slowReaders(id: string, title: string, slow: (scale: string) => number): Fault {
  return {
    id,
    title,
    run: (stage) => {
      const count = slow(stage.scale.name);
      return play(stage, {
        nodes: 1,
        database: 'sqlite',
        clients: count * 2 + 4,
        rooms: 1,
        quiet: true,
        // Nobody is closed for being silent here, only for reading too slowly.
        env: { PING_INTERVAL_MS: '120000' },
        silenceMs: 300_000,
        settleMs: 120_000,
        fault: async (scene) => {
          const { world, crowd, note, expect, within } = scene;
          const lazy = crowd.clients.slice(0, count);
          const speakers = crowd.clients.slice(-4);
          const before = await residentMiB(world.node(0).pid);
          for (const client of lazy) client.pause();
          const began = performance.now();
          let most = before;
          const watch = setInterval(() => {
            void residentMiB(world.node(0).pid).then((now) => (most = Math.max(most, now)));
          }, 250);
          // What the server has given up is noticed by the reader only when it reads again: the server is asked.
          let online = Infinity;
          const ask = setInterval(() => {
            void onlineIn(world.node(0).url).then((count) => (online = count));
          }, 500);
          const cut = () => online <= crowd.clients.length - count;
          const said = await flood(scene, speakers, cut);
          clearInterval(watch);
          clearInterval(ask);
          expect(cut(), 'every slow reader is cut off');
          const tookMs = Math.round(performance.now() - began - PRESENCE_GRACE_MS);
          note(`${said} messages of 4 kB`);
          within(5_000, tookMs, `all ${count} are cut off`);
          note(`memory ${Math.round(before)} MiB, at most ${Math.round(most)} MiB`);
          expect(most - before <= MOST_GROWTH_MIB, `memory grows by at most ${MOST_GROWTH_MIB} MiB`);
          for (const client of lazy) client.resume();
          const noticed = await eventually(() => lazy.every(({ closes }) => closes.length > 0), 30_000);
          expect(noticed !== undefined, 'they learn that they were cut off');
          const back = await everybodyWhole(lazy, 60_000);
          expect(back !== undefined, 'they come back, and get what they missed');
          const codes = new Set(lazy.flatMap(({ closes }) => closes));
          note(`closed with ${[...codes].join(', ')}`);
          // The close frame stands behind what they did not read, and is not waited for long.
          expect(
            [...codes].every((code) => code === CloseCode.tooSlow || code === 1006),
            'with 4001, or the plug pulled',
          );
          await pause(200);
          const normal = crowd.clients.slice(count);
          const kept = normal.every(({ closes }) => closes.length === 0);
          expect(kept, 'nobody else is disconnected');
          const waits = crowd.history.sends.map((send) => (send.answeredAt ?? Infinity) - send.invokedAt);
          const { p50, p99 } = percentiles(waits);
          note(`sends were acknowledged after ${p50} ms, p99 ${p99} ms`);
          // Whoever waited for a slow reader would have waited until they were cut off.
          expect(p99 < MOST_WAIT_MS, 'nobody waits for those who do not read');
        },
      });
    },
  };
}

export const F13 = slowReaders('F13', 'one reader stands still', () => 1);
export const F14 = slowReaders('F14', 'many readers stand still in one room with as many others', (scale) =>
  scale === 'full' ? 100 : scale === 'normal' ? 25 : 5,
);
