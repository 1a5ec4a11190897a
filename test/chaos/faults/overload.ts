import { setTimeout as pause } from 'node:timers/promises';
import { handshake, RawSocket } from '../../support/raw-socket.js';
import type { Patch } from '../edition.js';
import { connectionsOf } from '../everybody.js';
import { eventually, type Fault, play, type Scene } from '../scenario.js';
import { Stage } from '../stage.js';

const STANDSTILL_MS = 2_000;
const send = 'async store(author, roomName, message, held) {';
export const standsStill: Patch = {
  file: 'chat/message.service.js',
  find: send,
  replace: `${send} if (message.text === 'stand still') for (const end = performance.now() + ${STANDSTILL_MS}; performance.now() < end;);`,
};

/** Somebody new at the door, and what they are told; `status` is 0 where nothing was said. */
async function knock(url: string): Promise<{ status: number; retryAfter: boolean; socket: RawSocket }> {
  const socket = await RawSocket.open(url);
  socket.write(handshake(url, '/ws/chat/', { 'Sec-WebSocket-Protocol': 'chat.v1' }));
  const head = await socket.head().catch(() => '');
  const status = Number(head.split(' ')[1] ?? 0);
  return { status, retryAfter: /^retry-after: \d+/im.test(head), socket };
}

async function isLetIn(url: string): Promise<boolean> {
  const { status, socket } = await knock(url);
  socket[Symbol.dispose]();
  return status === 101;
}

export const F06: Fault = {
  id: 'F06',
  title: 'the event loop stands still for two seconds, again and again',
  run: async ({ seed, scale }) => {
    await using stage = await Stage.open(seed, scale, [standsStill]);
    return await play(stage, {
      nodes: 1,
      database: 'sqlite',
      // Shorter than the standstill: whoever counts it as silence closes everybody.
      env: { PING_INTERVAL_MS: '1000', PONG_TIMEOUT_MS: '1500' },
      silenceMs: 20_000,
      fault: async ({ world, crowd, ms, note, expect }) => {
        const { url } = world.node(0);
        const connections = connectionsOf(crowd.clients);
        const speaker = crowd.clients[0];
        if (!speaker) throw new Error('there is nobody');
        const answers = [];
        for (let round = 0; round < Math.max(2, ms(8)); round++) {
          const said = crowd.sayText(speaker, [...speaker.rooms.keys()][0] ?? '', 'stand still');
          await pause(300);
          answers.push(...(await Promise.all(Array.from({ length: 20 }, () => knock(url)))));
          await said;
          await pause(500 + crowd.random() * 1_000);
        }
        for (const { socket } of answers) socket[Symbol.dispose]();
        const refused = answers.filter(({ status, retryAfter }) => status === 503 && retryAfter).length;
        const letIn = answers.filter(({ status }) => status === 101).length;
        note(
          `of ${answers.length} who knocked meanwhile ${refused} were asked to come back, ${letIn} came in`,
        );
        expect(
          refused > 0 && refused + letIn === answers.length,
          'newcomers are refused, and told when to come',
        );
        expect((await eventually(() => isLetIn(url), 5_000)) !== undefined, 'and are let in afterwards');
        const kept = connections.allKept();
        expect(kept, 'nobody is closed for a silence that was the server’s own');
        expect(world.node(0).output.includes('The event loop stood still'), 'the log tells of it');
      },
    });
  },
};

/** Knocks until the server says that it is full; those who are let in stay. */
async function fillUp({ world, expect }: Scene, most: number): Promise<RawSocket[]> {
  const { url } = world.node(0);
  const inside: RawSocket[] = [];
  for (let refused = 0; refused === 0 && inside.length < most;) {
    const answers = await Promise.all(Array.from({ length: 50 }, () => knock(url)));
    for (const { status, socket, retryAfter } of answers) {
      if (status === 101) inside.push(socket);
      else {
        refused += 1;
        socket[Symbol.dispose]();
        expect(status === 503 && retryAfter, `who is refused is told when to come, not ${status}`);
      }
    }
  }
  return inside;
}

export const F07: Fault = {
  id: 'F07',
  title: 'more people come than there is memory for',
  run: (stage) =>
    play(stage, {
      nodes: 1,
      database: 'sqlite',
      flags: ['--max-old-space-size=72'],
      // Those who only fill the memory answer no ping.
      env: { PING_INTERVAL_MS: '120000', MAX_LOOP_LAG_MS: '5000' },
      silenceMs: 300_000,
      fault: async (scene) => {
        const { world, crowd, note, expect } = scene;
        const node = world.node(0);
        const inside = await fillUp(scene, 8_000);
        note(`${inside.length} came in before the first was refused`);
        expect(inside.length < 8_000, 'the server says when it is full');
        await pause(2_000);
        expect(node.running, 'it lives');
        const [first] = crowd.clients;
        if (first) await crowd.say(first, [...first.rooms.keys()][0] ?? '');
        for (const socket of inside) socket[Symbol.dispose]();
        const again = await eventually(() => isLetIn(node.url), 60_000);
        expect(again !== undefined, 'and takes people again when others have gone');
        note(`takes people again ${Math.round(again ?? 0)} ms after those had gone`);
      },
    }),
};
