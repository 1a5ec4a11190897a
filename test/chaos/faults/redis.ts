import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { staleBehind, timesOf } from '../times.js';
import { connectionsOf } from '../everybody.js';
import { eventually, type Fault, play, type Scene } from '../scenario.js';

/** As an operator with `redis-cli`, whatever the nodes may do. */
async function command(scene: Scene, ...words: string[]): Promise<void> {
  const client = new Redis(scene.world.redis?.url ?? '', { retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.call(words[0] as string, ...words.slice(1));
  } finally {
    client.disconnect();
  }
}

/** `degraded` is what a node says of itself when Redis is out of its reach; it serves all the same. */
function says(scene: Scene, status: 'up' | 'degraded', withinMs: number): Promise<number | undefined> {
  return eventually(async () => {
    const healths = await Promise.all(scene.world.nodes.map((node) => node.health()));
    return healths.every((health) => health.status === status && health.code === 200);
  }, withinMs);
}

/** Ready, and with everybody told what they had missed. */
async function healed(scene: Scene): Promise<void> {
  const { crowd, within } = scene;
  within(5_000, await says(scene, 'up', 30_000), 'every node says that it is up again');
  const upAt = performance.now();
  const missed = () => staleBehind(upAt, crowd.history.sends, crowd.history.all);
  await crowd.caughtUp(30_000);
  within(2_000, missed(), 'and everybody was told what they had missed');
}

const two = { nodes: 2, database: 'postgres' } as const;

export const F22: Fault = {
  id: 'F22',
  title: 'Redis drops its subscribers every 2 s',
  run: (stage) =>
    play(stage, {
      ...two,
      fault: async (scene) => {
        const rounds = Math.max(2, Math.round(scene.ms(30_000) / 2_000));
        for (let round = 0; round < rounds; round++) {
          await command(scene, 'CLIENT', 'KILL', 'TYPE', 'pubsub');
          await pause(2_000);
        }
        scene.note(`${rounds} times`);
        await scene.crowd.caughtUp(30_000);
        const { staleMs } = timesOf(scene.crowd.history.sends, scene.crowd.history.all);
        scene.within(2_000, staleMs.p99, 'what was lost is repaired, 99 of 100 times');
      },
    }),
};

export const F23: Fault = {
  id: 'F23',
  title: 'Redis is killed, and is back after a while',
  run: (stage) =>
    play(stage, {
      ...two,
      fault: async (scene) => {
        const { world, scale } = scene;
        const aways = { short: [700], normal: [500, 2_000, 5_000], full: [500, 1_000, 2_000, 5_000, 15_000] };
        for (const away of aways[scale.name]) {
          await world.redis?.kill();
          const told = await says(scene, 'degraded', 10_000);
          scene.expect(told !== undefined, 'every node says that it is degraded, and still is ready');
          await pause(away);
          await world.redis?.restart();
          await healed(scene);
          await pause(500);
        }
      },
    }),
};

export const F24: Fault = {
  id: 'F24',
  title: 'Redis stands still, connections open',
  run: (stage) =>
    play(stage, {
      ...two,
      fault: async (scene) => {
        const { world, crowd } = scene;
        world.redis?.pause();
        const frozenAt = performance.now();
        const noticed = await says(scene, 'degraded', 15_000);
        scene.within(5_000, noticed, 'every node notices');
        await pause(Math.max(500, scene.ms(10_000) - (noticed ?? 0)));
        const during = crowd.history.sends.filter(({ invokedAt }) => invokedAt >= frozenAt);
        // It stands still for as long as anything waits for it.
        const isAnswered = () => during.every(({ answeredAt }) => answeredAt !== undefined);
        const answered = await eventually(isAnswered, 30_000);
        scene.expect(answered !== undefined, 'sends are answered while Redis stands still');
        const quick = during.filter(
          ({ answeredAt, invokedAt }) => (answeredAt ?? Infinity) - invokedAt < 3_000,
        );
        scene.note(`${quick.length} of ${during.length} sends answered within 3 s meanwhile`);
        world.redis?.resume();
        await healed(scene);
      },
    }),
};

export const F25: Fault = {
  id: 'F25',
  title: 'Redis stops for a second every two',
  run: (stage) =>
    play(stage, {
      ...two,
      redisArgs: ['--enable-debug-command', 'yes'],
      fault: async (scene) => {
        const connections = connectionsOf(scene.crowd.clients);
        for (let left = Math.max(2, Math.round(scene.ms(20_000) / 2_000)); left > 0; left--) {
          await command(scene, 'DEBUG', 'SLEEP', '1');
          await pause(1_000);
        }
        const kept = connections.allKept();
        scene.expect(kept, 'nobody is disconnected');
        await healed(scene);
      },
    }),
};

/** One message in a room where nothing follows it that could betray the gap, from the cut node to the other one. */
async function lastWord({ crowd, within }: Scene): Promise<void> {
  const [speaker, listener] = [await crowd.add(0, ['quiet']), await crowd.add(1, ['quiet'])];
  for (const client of [speaker, listener]) client.start();
  await eventually(() => speaker.isJoined && listener.isJoined, 10_000);
  const room = listener.rooms.get('quiet');
  const before = room?.position ?? 0;
  await crowd.say(speaker, 'quiet');
  const heard = await eventually(() => (room?.position ?? 0) > before, 30_000);
  within(5_000, heard, 'a last word in a quiet room of the cut node is heard on the other one');
}

export const F26: Fault = {
  id: 'F26',
  title: 'one node is cut from Redis',
  run: (stage) =>
    play(stage, {
      ...two,
      fault: async (scene) => {
        const { world, crowd } = scene;
        const everybody = [...crowd.clients];
        const connections = connectionsOf(everybody);
        const [wire] = world.redisWires;
        if (!wire) throw new Error('there is no wire to Redis');
        wire.refusing = true;
        wire.cut();
        const told = await eventually(
          async () => (await world.node(0).health()).status === 'degraded',
          10_000,
        );
        scene.expect(told !== undefined, 'the node that is cut off says so');
        await pause(Math.max(6_000, scene.ms(30_000)));
        await lastWord(scene);
        const kept = connections.allKept();
        scene.expect(kept, 'everybody keeps the connection');
        wire.heal();
        await healed(scene);
      },
    }),
};

export const F28: Fault = {
  id: 'F28',
  title: 'Redis is full',
  run: (stage) =>
    play(stage, {
      ...two,
      redisArgs: ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'],
      fault: async (scene) => {
        const client = new Redis(scene.world.redis?.url ?? '', { retryStrategy: () => null });
        client.on('error', () => undefined);
        for (let n = 0; n < 200; n++)
          if ((await client.set(`filler-${n}`, 'x'.repeat(50_000)).catch(() => 'full')) === 'full') break;
        await pause(Math.max(2_000, scene.ms(10_000)));
        await client.flushall();
        client.disconnect();
        await healed(scene);
        scene.expect(
          scene.crowd.history.sends.every(({ outcome }) => outcome !== 'fail'),
          'no send fails',
        );
      },
    }),
};

export const F30: Fault = {
  id: 'F30',
  title: 'Redis takes away the right to talk to it',
  run: (stage) =>
    play(stage, {
      ...two,
      fault: async (scene) => {
        // A second operator account, because the nodes sign in as the default one.
        await command(scene, 'ACL', 'SETUSER', 'operator', 'on', '>operator', '~*', '&*', '+@all');
        const asOperator = new Redis(scene.world.redis?.url ?? '', {
          username: 'operator',
          password: 'operator',
        });
        asOperator.on('error', () => undefined);
        await asOperator.call('ACL', 'SETUSER', 'default', 'off');
        await asOperator.call('CLIENT', 'KILL', 'USER', 'default');
        const told = await says(scene, 'degraded', 15_000);
        scene.expect(told !== undefined, 'every node says that it is degraded');
        const before = scene.world.nodes.map(({ output }) => output.split('\n').length);
        const quietMs = Math.max(3_000, scene.ms(20_000));
        await pause(quietMs);
        const lines = scene.world.nodes.map(
          ({ output }, index) => output.split('\n').length - (before[index] ?? 0),
        );
        const most = 2 + quietMs / 2_000;
        scene.expect(Math.max(...lines) <= most, `the log is not flooded: ${lines.join(', ')} lines`);
        await asOperator.call('ACL', 'SETUSER', 'default', 'on');
        asOperator.disconnect();
        await healed(scene);
      },
    }),
};

export const F31: Fault = {
  id: 'F31',
  title: 'Redis is not there when the nodes start',
  run: (stage) =>
    play(stage, {
      ...two,
      redisLate: true,
      fault: async (scene) => {
        scene.expect(
          (await says(scene, 'degraded', 5_000)) !== undefined,
          'nodes start, and say they are degraded',
        );
        await pause(Math.max(1_000, scene.ms(5_000)));
        await scene.world.redis?.restart();
        await healed(scene);
      },
    }),
};
