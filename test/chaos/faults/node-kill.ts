import { setTimeout as pause } from 'node:timers/promises';
import { oneOf } from '../random.js';
import { connectionsOf, everybodyWhole } from '../everybody.js';
import { eventually, type Fault, play, type Scene } from '../scenario.js';

export const F01: Fault = {
  id: 'F01',
  title: 'the only node is killed, and started again',
  run: (stage) =>
    play(stage, {
      nodes: 1,
      database: 'sqlite',
      fault: async ({ world, crowd, note, within }) => {
        const node = world.node(0);
        await node.kill();
        const began = performance.now();
        await node.start();
        note(`ready again ${Math.round(performance.now() - began)} ms after its start`);
        within(
          5_000,
          await eventually(async () => (await node.health()).code === 200, 15_000),
          'healthy again',
        );
        within(5_000, await everybodyWhole(crowd.clients, 60_000), 'everybody is back, and whole');
      },
    }),
};

/** Somebody who is on the first node only, and ends with it; and somebody on the other one who should notice. */
async function ghostWatch({ world, crowd, expect, within }: Scene): Promise<() => Promise<void>> {
  const [ghost, witness] = [await crowd.add(0, ['ghosts']), await crowd.add(1, ['ghosts'])];
  for (const client of [ghost, witness]) client.start();
  const online = async () => {
    const answer = await fetch(`${world.node(1).url}/api/rooms`);
    const { rooms } = (await answer.json()) as { rooms: { room: string; online: number }[] };
    return rooms.find(({ room }) => room === 'ghosts')?.online;
  };
  await eventually(async () => (await online()) === 2, 10_000);
  return async () => {
    ghost.leave('pulled plug');
    const gone = await eventually(async () => (await online()) === 1, 90_000);
    // Past its mark twice over it would be looked for no longer.
    expect(gone !== undefined, 'people of a dead node leave the presence of the others');
    within(45_000, gone, 'a ghost is gone');
  };
}

export const F02: Fault = {
  id: 'F02',
  title: 'one of two nodes is killed: its people move, the others notice nothing',
  run: (stage) =>
    play(stage, {
      nodes: 2,
      database: 'postgres',
      bareEar: 'direct',
      fault: async (scene) => {
        const { world, crowd, scale, expect, within, ms } = scene;
        const [ofA, ofB] = [0, 1].map((home) => crowd.clients.filter((_, index) => index % 2 === home));
        const connections = connectionsOf(ofB ?? []);
        const watch = await ghostWatch(scene);
        const ofTheKilled = connectionsOf(ofA ?? []);
        await world.node(0).kill();
        await eventually(ofTheKilled.allLost, 10_000);
        const gone = scale.name === 'short' ? Promise.resolve() : watch();
        const moved = await everybodyWhole(ofA ?? [], 60_000);
        within(5_000, moved, `all ${ofA?.length} of the killed node are whole on the other one`);
        await pause(ms(5_000));
        const kept = connections.allKept();
        expect(kept, 'nobody of the other node loses the connection');
        await gone;
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
      fault: async ({ world, crowd, ms, random, note, expect }) => {
        const node = oneOf(world.nodes, random);
        node.freeze();
        await pause(ms(10_000));
        node.thaw();
        // One message each: whoever was with the frozen node has to get it, and what it missed before it.
        const said = crowd.clients.map((client) => crowd.say(client, [...client.rooms.keys()][0] ?? ''));
        const answered = Promise.all(said).then(() => true);
        const back = await Promise.race([answered, pause(30_000, false, { ref: false })]);
        expect(back, 'everybody can say something again within 30 s');
        note(`${node.name} stood still for ${ms(10_000)} ms`);
      },
    }),
};
