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
      perSecond: stage.scale.name === 'short' ? 120 : 250,
      fault: async ({ crowd, ms, note, expect, random }) => {
        // On the other node: in some rooms two by two, in the others alone, so that the node has to open them anew.
        const homes = [0, 0, 1, 1, 2, 3, 4, 5].map((index) => crowd.rooms[index] ?? '');
        const guests = await Promise.all(homes.map((room) => crowd.add(1, [room])));
        for (const guest of guests) guest.start();
        const come = () => eventually(() => guests.every(({ isJoined }) => isJoined), 10_000);
        await come();
        const joins = Math.max(240, ms(1_000));
        const comeAndGo = async (guest: ResumingClient, room: string) => {
          for (let n = 0; n < joins / guests.length; n++) {
            await guest.leaveRoom(room);
            await pause(random() * 40);
            await guest.joinRoom(room);
            await pause(random() * 20);
          }
        };
        await Promise.all(guests.map((guest, index) => comeAndGo(guest, homes[index] ?? '')));
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
          const room = JSON.parse(String(hint.body)) as { roomId: string };
          // At once, again after its successors, and long after everybody has it.
          for (const delay of [0, random() * 150, 150 + random() * 600])
            setTimeout(() => {
              troubled += 1;
              layer.groupSend(`chat.${room.roomId}`, { ...hint, node: own }).catch(() => undefined);
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

function closing(layer: RedisPubSubChannelLayer): RedisPubSubChannelLayer & AsyncDisposable {
  return Object.assign(layer, { [Symbol.asyncDispose]: () => layer.close() });
}
