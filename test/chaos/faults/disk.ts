import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connectionsOf } from '../everybody.js';
import { eventually, type Fault, play } from '../scenario.js';

/** From now on no file of the process grows past so many bytes, as on a full disk. Of Linux, like `ulimit`. */
async function limitFiles(pid: number, bytes: number | 'unlimited'): Promise<void> {
  await promisify(execFile)('prlimit', ['--pid', `${pid}`, `--fsize=${bytes}:unlimited`]);
}

export const DISK: Fault = {
  id: 'DISK',
  title: 'the disk under SQLite takes nothing any more, again and again',
  run: (stage) =>
    play(stage, {
      nodes: 1,
      database: 'sqlite',
      settleMs: 90_000,
      fault: async ({ world, crowd, ms, random, expect, within }) => {
        const node = world.node(0);
        const connections = connectionsOf(crowd.clients);
        const says = (status: string) => async () => {
          const health = await node.health();
          return health.status === status && health.code === 200;
        };
        for (let round = 0; round < Math.max(2, ms(6)); round++) {
          await limitFiles(node.pid, 4_096);
          within(2_000, await eventually(says('degraded'), 15_000), 'it says that it is degraded');
          await pause(random() * 1_500);
          const page = await fetch(`${node.url}/api/rooms/${crowd.rooms[0]}/messages`).catch(() => null);
          expect(page?.ok === true, 'what was said before can be read meanwhile');
          await limitFiles(node.pid, 'unlimited');
          within(3_000, await eventually(says('up'), 30_000), 'it says that it is up again');
        }
        const kept = connections.allKept();
        expect(kept, 'nobody is disconnected');
      },
    }),
};
