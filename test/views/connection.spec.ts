import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { SocketConstructor } from '../../views/client/chat-socket.js';
import { type Clock, systemClock } from '../../views/client/clock.js';
import { type Connection, KeptConnection } from '../../views/client/connection.js';
import { SocketServer } from './socket-server.js';

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

function comeBack(url: string, isSignedOut: () => Promise<boolean>, clock: Clock = systemClock) {
  const stopped = Promise.withResolvers<Connection>();
  const isOnline = Promise.withResolvers<void>();
  const connection = new KeptConnection({
    url,
    WebSocket: WebSocket as unknown as SocketConstructor,
    clock,
    random: () => 0,
    isSignedOut,
    onPush() {},
    onChange: (now) => {
      if (now.status === 'stopped') stopped.resolve(now);
      if (now.status === 'online') isOnline.resolve();
    },
  });
  connection.start();
  return { connection, stopped: stopped.promise, online: isOnline.promise };
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

/** Time passes as the test says, and no timer runs meanwhile: a laptop that is shut. */
function asleep() {
  let slept = 0;
  const clock: Clock = { now: () => systemClock.now() + slept, after: systemClock.after };
  return { clock, sleep: (ms: number) => void (slept += ms) };
}

describe('a page that wakes', () => {
  it('is back on another line at once where the old one is dead', async () => {
    await using server = await SocketServer.start();
    const second = Promise.withResolvers<void>();
    server.onConnect = (socket) => {
      server.push('welcome', {}, socket);
      if (server.sockets.length === 2) second.resolve();
    };
    const { clock, sleep } = asleep();
    const { connection, online } = comeBack(server.url, async () => false, clock);
    await online;
    connection.wake();
    expect(connection.connection.status).toBe('online');
    sleep(3_600_000);
    connection.wake();
    expect(connection.connection.status).toBe('retrying');
    await second.promise;
    connection.stop();
  });

  it('does not wait for a try that was begun on another network', async () => {
    await using server = await SocketServer.start();
    const tries = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    // None of them ever hears a word.
    server.onConnect = () => tries[server.sockets.length - 1]?.resolve();
    const { clock, sleep } = asleep();
    const { connection } = comeBack(server.url, async () => false, clock);
    await tries[0]?.promise;
    sleep(3_000);
    connection.wake();
    await tries[1]?.promise;
    connection.stop();
  });
});
