import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import * as ws from 'ws';
import { announce } from './announce.ts';
import { type Incoming, roomOf, Rooms } from './rooms.ts';

/** `ws`, with the frame built once and written to every TCP socket. */
interface Member {
  client: ws.WebSocket;
  socket: Duplex;
}

interface FrameBuilder {
  frame(data: Buffer, options: object): Buffer[];
}
/** Exported by ws, and not by its types. */
const { Sender } = ws as unknown as { Sender: FrameBuilder };
const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: false };

const rooms = new Rooms<Member>();
const http = createServer();
const server = new ws.WebSocketServer({ server: http, path: '/ws', perMessageDeflate: false });

server.on('connection', (client, request) => {
  const room = roomOf(request.url);
  const member = { client, socket: request.socket };
  if (room !== null) {
    rooms.enter(room, member);
    client.on('close', () => rooms.leave(room, member));
  }
  client.on('error', () => client.terminate());
  client.on('message', (data) => {
    const { data: message } = JSON.parse(String(data)) as { data: Incoming };
    const json = JSON.stringify({ event: 'message', data: rooms.number(message) });
    const frame = Buffer.concat(Sender.frame(Buffer.from(json), options));
    for (const each of rooms.members(message.room))
      if (each.client.readyState === 1) each.socket.write(frame);
  });
});
http.listen(0, '127.0.0.1', 4_096, () => announce(http));
