import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ChaosProxy } from '../proxy.js';
import { eventually, type Fault, play } from '../scenario.js';

/** A connection that says nothing behind such a proxy does end. */
async function endsTheSilent(port: number): Promise<boolean> {
  await using proxy = await ChaosProxy.start(port);
  proxy.endSilent(300);
  const socket = connect(proxy.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return (await eventually(() => proxy.idleCuts > 0, 5_000)) !== undefined;
}

export const F43: Fault = {
  id: 'F43',
  title: 'a proxy ends connections that are silent for 30 s, in rooms where nobody talks',
  run: (stage) => {
    const short = stage.scale.name === 'short';
    const [pingMs, idleMs] = short ? [2_500, 5_000] : [25_000, 30_000];
    const watchMs = { short: 12_000, normal: 70_000, full: 600_000 }[stage.scale.name];
    return play(stage, {
      nodes: 1,
      database: 'sqlite',
      quiet: true,
      ...(short && { env: { PING_INTERVAL_MS: `${pingMs}` } }),
      fault: async ({ world, crowd, note, expect }) => {
        const [door] = world.doors;
        if (!door) throw new Error('there is no door');
        expect(await endsTheSilent(world.node(0).port), 'a silent connection is ended by such a proxy');
        door.endSilent(idleMs);
        const [room = ''] = crowd.rooms;
        const [speaker] = crowd.clients;
        if (speaker) await crowd.say(speaker, [...speaker.rooms.keys()][0] ?? room);
        await pause(watchMs);
        const lost = crowd.clients.reduce((sum, { closes }) => sum + closes.length, 0);
        expect(lost === 0 && door.idleCuts === 0, `nobody is disconnected: ${lost} were`);
        note(`${crowd.clients.length} people were quiet for ${watchMs / 1_000} s, ${lost} were cut off`);
      },
    });
  },
};
