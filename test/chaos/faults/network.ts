import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { oneOf } from '../random.js';
import { connectionsOf, everybodyWhole } from '../everybody.js';
import { eventually, type Fault, play, type Scene } from '../scenario.js';

/** A socket of the process's own: what it holds on Linux, to see what it does not give back. */
async function openFiles(pid: number): Promise<number> {
  const { readdir } = await import('node:fs/promises');
  return (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;
}

/** The first bytes of a handshake, or of whatever else; ends without a goodbye. */
async function rawAttempt(port: number, bytes: string, holdMs: number, how: 'reset' | 'end'): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes);
  await pause(holdMs);
  if (how === 'reset') socket.resetAndDestroy();
  else socket.destroy();
}

function handshake(token: string): string {
  const headers = [
    'GET /ws/chat/room-1/ HTTP/1.1',
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: chat.v1',
    `Authorization: Bearer ${token}`,
  ];
  return `${headers.join('\r\n')}\r\n\r\n`;
}

async function manyAttempts(
  scene: Scene,
  count: number,
  attempt: (n: number) => Promise<void>,
): Promise<void> {
  const node = scene.world.node(0);
  const before = await openFiles(node.pid);
  for (let done = 0; done < count; done += 20)
    await Promise.all(Array.from({ length: 20 }, (_, n) => attempt(done + n).catch(() => undefined)));
  const back = await eventually(async () => (await openFiles(node.pid)) <= before + 5, 20_000);
  scene.expect(back !== undefined, 'every connection is given back');
  scene.note(`${count} attempts, ${before} files open before, ${await openFiles(node.pid)} after`);
}

const alone = { nodes: 1, database: 'sqlite' } as const;

export const F09: Fault = {
  id: 'F09',
  title: 'handshakes are reset while somebody looks up who they are from',
  run: (stage) =>
    play(stage, {
      ...alone,
      fault: (scene) => {
        const bytes = handshake(scene.crowd.someToken);
        return manyAttempts(scene, Math.max(200, scene.ms(1_000)), () =>
          rawAttempt(scene.world.node(0).port, bytes, scene.random() * 20, 'reset'),
        );
      },
    }),
};

export const F10: Fault = {
  id: 'F10',
  title: 'clients die within a header, or within a frame',
  run: (stage) =>
    play(stage, {
      ...alone,
      fault: (scene) => {
        const whole = handshake(scene.crowd.someToken);
        return manyAttempts(scene, Math.max(200, scene.ms(600)), (n) => {
          const half = whole.slice(0, Math.floor(scene.random() * whole.length));
          // A frame of 10 bytes of which three arrive, right behind the handshake.
          const bytes = n % 2 ? half : `${whole}\u0001\u000a\u0001`;
          return rawAttempt(scene.world.node(0).port, bytes, scene.random() * 50, 'end');
        });
      },
    }),
};

export const F11: Fault = {
  id: 'F11',
  title: 'half of the connections stand still without an end',
  run: (stage) =>
    play(stage, {
      nodes: 2,
      database: 'postgres',
      env: { PING_INTERVAL_MS: '2000', PONG_TIMEOUT_MS: '1500' },
      silenceMs: 5_000,
      fault: async ({ world, crowd, note, expect }) => {
        const [door] = world.doors;
        if (!door) throw new Error('there is no door');
        const others = crowd.clients.filter((_, index) => index % 2 === 1);
        const connections = connectionsOf(others);
        door.freeze();
        const gone = await eventually(() => door.connections === 0, 20_000);
        // Both sides give up by themselves; what the door still holds are newcomers.
        note(gone === undefined ? 'newcomers keep knocking' : `given up after ${Math.round(gone)} ms`);
        await pause(1_000);
        expect(connections.allKept(), 'nobody of the other node notices');
        door.heal();
        const whole = await everybodyWhole(crowd.clients, 60_000);
        expect(whole !== undefined, 'everybody is back');
      },
    }),
};

export const F12: Fault = {
  id: 'F12',
  title: 'clients flap',
  run: (stage) =>
    play(stage, {
      nodes: 2,
      database: 'postgres',
      fault: async ({ crowd, ms, random, note }) => {
        const end = performance.now() + Math.max(4_000, ms(20_000));
        let drops = 0;
        const flappers = crowd.clients.slice(0, Math.ceil(crowd.clients.length / 4));
        while (performance.now() < end) {
          const client = oneOf(flappers, random);
          client.leave('pulled plug');
          client.start();
          drops += 1;
          await pause(random() * 60);
        }
        note(`${drops} drops of ${flappers.length} people`);
      },
    }),
};

export const F18: Fault = {
  id: 'F18',
  title: 'answers are lost on their way, and everything is sent again',
  run: (stage) =>
    play(stage, {
      nodes: 2,
      database: 'postgres',
      fault: async ({ world, crowd, ms, note, expect }) => {
        for (let round = 0; round < Math.max(2, ms(6)); round++) {
          for (const door of world.doors) door.drop('down');
          const droppedAt = performance.now();
          await pause(Math.max(500, ms(2_000)));
          await eventually(() => crowd.history.sends.some(({ invokedAt }) => invokedAt > droppedAt), 10_000);
          for (const door of world.doors) door.heal();
          await eventually(() => crowd.clients.every(({ isJoined }) => isJoined), 30_000);
        }
        await eventually(() => crowd.history.sends.some(({ dup }) => dup), 10_000);
        const repeats = crowd.history.sends.filter(({ dup }) => dup).length;
        note(`${repeats} were known by their id`);
        expect(repeats > 0, 'something was stored and not acknowledged: else nothing was tested');
      },
    }),
};

export const F19: Fault = {
  id: 'F19',
  title: 'the network is slow, and loses connections now and then',
  run: (stage) =>
    play(stage, {
      nodes: 2,
      database: 'postgres',
      fault: async ({ world, ms, random, note }) => {
        const end = performance.now() + Math.max(4_000, ms(20_000));
        let cuts = 0;
        for (const proxy of [...world.doors, ...world.redisWires]) proxy.latencyMs = 40;
        while (performance.now() < end) {
          const proxy = oneOf([...world.doors, ...world.redisWires], random);
          if (random() < 0.5) proxy.cut();
          else proxy.reset();
          cuts += 1;
          await pause(300 + random() * 900);
        }
        for (const proxy of [...world.doors, ...world.redisWires]) proxy.heal();
        note(`${cuts} times all connections of one wire were lost`);
      },
    }),
};
