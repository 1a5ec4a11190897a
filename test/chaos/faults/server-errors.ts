import { setTimeout as pause } from 'node:timers/promises';
import type { Patch } from '../edition.js';
import { Stage } from '../stage.js';
import { type Fault, play } from '../scenario.js';

/** Methods that are asked for by what clients do; each throws, or rejects, every now and then. */
export const SITES: readonly (readonly [file: string, find: string])[] = [
  ['chat/chat.gateway.js', 'async handleConnection(connection) {'],
  ['chat/chat.gateway.js', 'handleDisconnect(connection) {'],
  ['chat/chat.gateway.js', 'join(connection, position) {'],
  ['chat/message.service.js', 'async store(author, roomName, message, held) {'],
  ['chat/membership.service.js', 'async prepare(connection, { room: name, epoch, after }) {'],
  ['chat/live-rooms.js', 'publish(event) {'],
  ['chat/live-rooms.js', 'async compare(entries) {'],
  ['chat/room.service.js', 'page(room, query) {'],
  ['socket/upgrade.checks.js', 'async admit(request) {'],
];

const chance = (find: string, share: number): string =>
  `${find} if (Math.random() < ${share}) throw new Error('a fault on purpose');`;

export const F08: Fault = {
  id: 'F08',
  title: 'hooks, handlers and services throw every now and then',
  run: async ({ seed, scale }) => {
    // Leaving a room on disconnect is what keeps its books: there a fault is told, after the work was done.
    const patches: Patch[] = SITES.map(([file, find]) => ({
      file,
      find,
      replace: chance(find, find.startsWith('handleDisconnect') ? 0 : 0.03),
    }));
    await using stage = await Stage.open(seed, scale, patches);
    return await play(stage, {
      nodes: 1,
      database: 'sqlite',
      leavesOpen: true,
      fault: async ({ world, crowd, ms, random, note, expect }) => {
        const end = performance.now() + Math.max(4_000, ms(20_000));
        while (performance.now() < end) {
          for (const client of crowd.clients) if (random() < 0.05) client.drop();
          await pause(100);
        }
        const failed = crowd.history.sends.filter(({ outcome }) => outcome !== 'ok');
        const codes = Map.groupBy(failed, ({ refusal }) => refusal ?? 'not yet answered');
        note(`not acknowledged: ${[...codes].map(([code, sends]) => `${sends.length} ${code}`).join(', ')}`);
        expect(codes.has('internal'), 'faults reached people: else nothing was tested');
        expect(!world.node(0).output.includes('a fault on purpose at'), 'and were logged as what they are');
      },
    });
  },
};
