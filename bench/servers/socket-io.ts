import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { announce } from './announce.ts';
import { type Incoming, Rooms } from './rooms.ts';

/** Socket.IO 4, in memory, or with the Redis adapter where `REDIS_URL` is set. */
const numbers = new Rooms<never>();
const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
const { REDIS_URL } = process.env;
if (REDIS_URL) io.adapter(createAdapter(new Redis(REDIS_URL), new Redis(REDIS_URL)));

io.on('connection', (socket) => {
  const { room } = socket.handshake.query;
  if (typeof room === 'string') void socket.join(room);
  socket.on('message', (message: Incoming) => {
    io.to(message.room).emit('message', numbers.number(message));
  });
});
http.listen(0, '127.0.0.1', 4_096, () => announce(http));
