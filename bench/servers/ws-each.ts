import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { announce } from './announce.ts';
import { type Incoming, roomOf, Rooms } from './rooms.ts';

/** Bare `ws`: JSON once, `send` per client. */
const rooms = new Rooms<WebSocket>();
const http = createServer();
const server = new WebSocketServer({ server: http, path: '/ws', perMessageDeflate: false });

server.on('connection', (client, request) => {
  const room = roomOf(request.url);
  if (room !== null) {
    rooms.enter(room, client);
    client.on('close', () => rooms.leave(room, client));
  }
  client.on('error', () => client.terminate());
  client.on('message', (data) => {
    const { data: message } = JSON.parse(String(data)) as { data: Incoming };
    const frame = JSON.stringify({ event: 'message', data: rooms.number(message) });
    for (const member of rooms.members(message.room)) if (member.readyState === 1) member.send(frame);
  });
});
http.listen(0, '127.0.0.1', 4_096, () => announce(http));
