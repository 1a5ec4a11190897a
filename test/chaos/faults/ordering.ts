import { setTimeout as pause } from 'node:timers/promises';
import type { ResumingClient } from '../client.js';
import { RedisPubSubChannelLayer } from '../../../src/channel-layer/redis-pubsub.channel-layer.js';
import { eventually, type Fault, play } from '../scenario.js';

const two = { nodes: 2, database: 'postgres' } as const;

export const F20: Fault = {
  id: 'F20',
  title: 'many send into one room on two nodes at once',
  run: (stage) =>
    play(stage, {
      ...two,
      clients: 20,
      rooms: 1,
      quiet: true,
      settleMs: 120_000,
      fault: async ({ crowd, ms, note, world, expect }) => {
        const each = Math.max(25, Math.round(ms(500)));
        const began = performance.now();
        await Promise.all(
          crowd.clients.map(async (client) => {
            for (let n = 0; n < each; n++) await crowd.say(client, 'room-1');
          }),
        );
        note(`20 × ${each} in ${Math.round(performance.now() - began)} ms`);
        const head = (await world.rooms()).find(({ name }) => name === 'room-1')?.head;
        expect(head === 20 * each, `seq is 1 to ${20 * each}, and ends at ${head}`);
      },
    }),
};

export const F21: Fault = {
  id: 'F21',
  title: 'people come in while others talk',
  run: (stage) =>
    play(stage, {
      ...two,
      clients: 8,
      rooms: 6,
      roomsEach: 6,
      home: 0,
      perSecond: stage.scale.name === 'short' ? 150 : 250,
      fault: async ({ world, crowd, ms, note, expect, random }) => {
        // Beside the speakers; and on the other node, two by two or alone, so that it has to open rooms anew.
        const beside = [0, 0, 0, 0, 1, 1, 1, 1];
        const apart = [0, 0, 1, 1, 2, 3, 4, 5];
        const guests = await Promise.all(
          [beside, apart].flatMap((rooms, home) =>
            rooms.map((room) => crowd.add(home, [crowd.rooms[room] ?? ''])),
          ),
        );
        for (const guest of guests) guest.start();
        const come = () => eventually(() => guests.every(({ isJoined }) => isJoined), 10_000);
        await come();
        // Whatever is asked of the database on the way in leaves time for others to talk.
        if (world.databaseWire) world.databaseWire.latencyMs = 12;
        const joins = Math.max(400, ms(1_000));
        const comeAndGo = async (guest: ResumingClient) => {
          for (let n = 0; n < joins / guests.length; n++) {
            const [room = ''] = guest.rooms.keys();
            await guest.leaveRoom(room);
            await pause(random() * 40);
            await guest.joinRoom(room);
            await pause(random() * 20);
          }
        };
        await Promise.all(guests.map(comeAndGo));
        world.databaseWire?.heal();
        note(`${joins} joins`);
        expect((await come()) !== undefined, 'everybody is in again');
      },
    }),
};

export const F17: Fault = {
  id: 'F17',
  title: 'Redis repeats and reorders hints',
  run: (stage) =>
    play(stage, {
      ...two,
      fault: async ({ world, ms, note, random }) => {
        await using layer = closing(new RedisPubSubChannelLayer({ hosts: [world.redis?.url ?? ''] }));
        const channel = await layer.newChannel();
        let troubled = 0;
        let stopped = false;
        const own = 'somebody who repeats';
        layer.receive(channel).subscribe((hint) => {
          if (stopped || hint.type !== 'chat.event' || hint.node === own || random() > 0.3) return;
          // At once, again after its successors, and long after everybody has it.
          for (const delay of [0, random() * 150, 150 + random() * 600])
            setTimeout(() => {
              troubled += 1;
              layer.groupSend(`chat.${String(hint.topic)}`, { ...hint, node: own }).catch(() => undefined);
            }, delay);
        });
        for (const { id } of await world.rooms()) await layer.groupAdd(`chat.${id}`, channel);
        await pause(Math.max(2_000, ms(15_000)));
        stopped = true;
        await pause(800);
        note(`${troubled} hints too many, and out of order`);
      },
    }),
};

/** What is no hint, or no event: as of a process that is broken, or that is no chat. */
const NONSENSE = [
  'x',
  'null',
  '7',
  '{}',
  '[null]',
  '[{}]',
  '[{"seq":null}]',
  '[{"seq":"7"}]',
  '[{"seq":-1}]',
  '[{"seq":0.5}]',
  '[{"seq":1e300}]',
  '[{"seq":9007199254740991}]',
];

export const HINTS: Fault = {
  id: 'HINTS',
  title: 'Redis brings hints that are nonsense, then loses some that are not',
  run: (stage) =>
    play(stage, {
      ...two,
      fault: async ({ world, ms, note }) => {
        await using layer = closing(new RedisPubSubChannelLayer({ hosts: [world.redis?.url ?? ''] }));
        await layer.newChannel();
        const rooms = await world.rooms();
        const rounds = Math.max(2, ms(10));
        for (let round = 0; round < rounds; round++) {
          for (const { id } of rooms)
            for (const body of NONSENSE)
              await layer.groupSend(`chat.${id}`, { type: 'chat.event', topic: id, node: 'nobody', body });
          await pause(200);
        }
        // A gap behind it has to be found, and filled, as before.
        for (const wire of world.redisWires) {
          wire.cut();
          await pause(500);
        }
        note(`${rounds * rooms.length * NONSENSE.length} hints of nothing`);
      },
    }),
};

function closing(layer: RedisPubSubChannelLayer): RedisPubSubChannelLayer & AsyncDisposable {
  return Object.assign(layer, { [Symbol.asyncDispose]: () => layer.close() });
}
