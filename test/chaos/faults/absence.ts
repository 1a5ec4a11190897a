import { setTimeout as pause } from 'node:timers/promises';
import { connectionsOf, everybodyWhole } from '../everybody.js';
import { eventually, type Fault, play, type Scene } from '../scenario.js';

/** How many were replayed to those who came back, by what they were told at the join. */
function lastJoin(scene: Scene, name: string): { recovered: boolean; behind: number } {
  const view = scene.crowd.history.views.get(name);
  const join = view?.glimpses.findLast((glimpse) => glimpse.kind === 'joined');
  if (!join) throw new Error(`${name} never came in`);
  return { recovered: join.recovered, behind: join.head - (join.after ?? join.head) };
}

export const F15: Fault = {
  id: 'F15',
  title: 'people are away while 299, 300, 301 and 700 messages are said',
  run: (stage) =>
    play(stage, {
      nodes: 2,
      database: 'postgres',
      clients: 8,
      rooms: 1,
      quiet: true,
      fault: async (scene) => {
        const { crowd, expect, note } = scene;
        const speakers = crowd.clients.slice(0, 6);
        for (const [missed, recovered] of [
          [299, true],
          [300, true],
          [301, false],
          [700, false],
        ] as const) {
          const away = crowd.clients.slice(6);
          for (const client of away) client.leave();
          await Promise.all(
            speakers.map(async (speaker, index) => {
              for (let n = index; n < missed; n += speakers.length) await crowd.say(speaker, 'room-1');
            }),
          );
          // The node they come back to has heard of everything.
          await everybodyWhole(speakers, 10_000);
          for (const client of away) client.start();
          const back = await everybodyWhole(away, 20_000);
          expect(back !== undefined, `everybody is whole after ${missed}`);
          const joins = away.map(({ name }) => lastJoin(scene, name));
          const right = joins.every((join) => join.behind === missed && join.recovered === recovered);
          expect(right, `${missed} missed: recovered is ${recovered}, not ${JSON.stringify(joins)}`);
          note(`${missed} missed: recovered is ${recovered}, whole after ${Math.round(back ?? 0)} ms`);
        }
      },
    }),
};

export const F39: Fault = {
  id: 'F39',
  title: 'everybody is dropped at once, and comes back at once',
  run: (stage) =>
    play(stage, {
      nodes: 2,
      database: 'postgres',
      clients: { short: 150, normal: 600, full: 2_500 }[stage.scale.name],
      rooms: 20,
      roomsEach: 1,
      perSecond: 30,
      settleMs: 120_000,
      fault: async ({ world, crowd, note, expect }) => {
        const connections = connectionsOf(crowd.clients);
        for (const door of world.doors) door.reset();
        await eventually(connections.allLost, 5_000);
        const back = await everybodyWhole(crowd.clients, 60_000);
        expect(back !== undefined && back <= 30_000, 'everybody is back, and whole, in 30 s');
        note(`${crowd.clients.length} people were back and whole after ${Math.round(back ?? 0)} ms`);
      },
    }),
};

export const F40: Fault = {
  id: 'F40',
  title: 'a node runs out of files',
  run: (stage) =>
    play(stage, {
      nodes: 1,
      database: 'sqlite',
      files: 256,
      clients: 12,
      fault: async ({ world, crowd, note, expect }) => {
        const [first = ''] = crowd.rooms;
        const more = await Promise.all(Array.from({ length: 400 }, () => crowd.add(0, [first], 'anybody')));
        for (const client of more) client.start();
        const { url } = world.node(0);
        let answered = 0;
        for (let n = 0; n < 10; n++) {
          await pause(500);
          if ((await fetch(`${url}/health/live`).catch(() => null))?.ok) answered += 1;
        }
        expect(answered >= 8, `health is answered meanwhile: ${answered} times of 10`);
        note(`${more.filter(({ isJoined }) => isJoined).length} of 400 more are in`);
        expect(world.node(0).running, 'the node lives');
        for (const client of more) client.stop();
        const healthy = await eventually(async () => (await world.node(0).health()).code === 200, 20_000);
        expect(healthy !== undefined, 'the node is ready again');
      },
    }),
};

export const SECOND: Fault = {
  id: 'SECOND',
  title: 'a second process is started on the data folder of the first',
  run: (stage) =>
    play(stage, {
      nodes: 1,
      database: 'sqlite',
      fault: async ({ world, expect, note }) => {
        const first = world.node(0);
        const second = await world.addNode();
        const refusal = await second.start().then(
          () => '',
          (error: unknown) => String(error),
        );
        expect((await second.ended) === 1, 'the second ends with 1');
        second.deaths.length = 0;
        expect(refusal.includes(String(first.pid)), 'and names the process that has the folder');
        await first.kill();
        // What the dead process left behind is no lock.
        await first.start();
        note('and after a kill -9 the folder is free again');
      },
    }),
};
