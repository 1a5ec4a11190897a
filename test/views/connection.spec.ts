import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { SocketConstructor } from '../../views/client/chat-socket.js';
import { systemClock } from '../../views/client/clock.js';
import { type Connection, KeptConnection } from '../../views/client/connection.js';

/** A server that lets nobody in, as a browser sees it: no word of why. */
async function shutDoor() {
  const server = createServer();
  let knocks = 0;
  const knocked = new Map<number, () => void>();
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    knocked.get(++knocks)?.();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/chat/`,
    knocks: () => knocks,
    knock: (count: number) =>
      knocks >= count ? Promise.resolve() : new Promise<void>((resolve) => knocked.set(count, resolve)),
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

function comeBack(url: string, isSignedOut: () => Promise<boolean>) {
  const stopped = Promise.withResolvers<Connection>();
  const connection = new KeptConnection({
    url,
    WebSocket: WebSocket as unknown as SocketConstructor,
    clock: systemClock,
    random: () => 0,
    isSignedOut,
    onPush() {},
    onChange: (now) => now.status === 'stopped' && stopped.resolve(now),
  });
  connection.start();
  return { connection, stopped: stopped.promise };
}

describe('a connection that is not let in', () => {
  it('comes back no more where the sign-in is over', async () => {
    await using door = await shutDoor();
    const { stopped } = comeBack(door.url, async () => true);
    expect(await stopped).toEqual({ status: 'stopped', code: 4501 });
    expect(door.knocks()).toBe(2);
  });

  it('comes back for as long as that is not known', async () => {
    await using door = await shutDoor();
    const { connection, stopped } = comeBack(door.url, async () => false);
    await door.knock(5);
    connection.stop();
    expect(await stopped).toEqual({ status: 'stopped', code: 1000 });
  });
});
