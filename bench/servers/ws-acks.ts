import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { announce } from './announce.ts';

/**
 * Bare `ws` that answers each message in our dialect and does nothing else: no check, no store, no order across rooms. What
 * it uses of a core, every server that answers through `ws` uses before it does anything of its own.
 */
let head = 0;
const http = createServer((_, response) => response.end(JSON.stringify({ head })));
const server = new WebSocketServer({ server: http, path: '/ws/chat/', perMessageDeflate: false });

server.on('connection', (client) => {
  client.on('error', () => client.terminate());
  client.on('message', (data) => {
    const { id } = JSON.parse(String(data)) as { id: number };
    client.send(JSON.stringify({ event: 'reply', id, ok: true, data: { seq: ++head } }));
  });
  client.send('{"event":"welcome","data":{}}');
});
http.listen(0, '127.0.0.1', 4_096, () => announce(http));
