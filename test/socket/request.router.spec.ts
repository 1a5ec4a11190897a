import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChatError } from '../../src/protocol/index.js';
import type { Dialect } from '../../src/socket/connection.js';
import { FanOut } from '../../src/socket/fan-out.js';
import type { Gateways, RequestHandler } from '../../src/socket/gateways.js';
import { MAX_WAITING, RequestRouter } from '../../src/socket/request.router.js';
import { Strikes } from '../../src/socket/strikes.js';
import { connected, endOfTurn } from './socket-double.js';

beforeEach(() => Logger.overrideLogger(false));
afterEach(() => Logger.overrideLogger(['log', 'error', 'warn', 'debug', 'verbose', 'fatal']));

type Handler = (data: Record<string, unknown>) => unknown;

/** A router with these events, and one connection to it. */
function house(handlers: Record<string, Handler>, options: { dialect?: Dialect; room?: string } = {}) {
  const fanOut = new FanOut();
  const handlerOf = (event: string): RequestHandler | undefined => {
    const handler = Object.hasOwn(handlers, event) ? handlers[event] : undefined;
    return handler && { owner: event, handle: (_, data) => handler(data as Record<string, unknown>) };
  };
  const router = new RequestRouter({ handlerOf } as Gateways, new Strikes(), fanOut);
  const { connection, socket } = connected(options);
  return {
    fanOut,
    router,
    connection,
    socket,
    send: (...frames: unknown[]) => {
      for (const frame of frames)
        router.receive(
          connection,
          Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)),
          false,
        );
    },
    /** Everything that was sent has been answered, and the answers are written. */
    async answered() {
      while (connection.draining) await endOfTurn();
      await endOfTurn();
      return socket.frames;
    },
  };
}

const nap = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('requests of one connection', () => {
  it('are handled one after another, however long each takes', async () => {
    let running = 0;
    const { send, answered } = house({
      work: async ({ ms }) => {
        expect(++running).toBe(1);
        await nap(ms as number);
        running--;
        return { ms };
      },
    });
    send(...[20, 0, 10, 0].map((ms, id) => ({ event: 'work', id, data: { ms } })));
    expect(await answered()).toEqual(
      [20, 0, 10, 0].map((ms, id) => ({ event: 'reply', id, ok: true, data: { ms } })),
    );
  });

  it('wait for the connection to be let in', async () => {
    const seen: string[] = [];
    const { connection, send, answered } = house({ hello: () => void seen.push('hello') });
    let letIn = () => undefined as void;
    connection.started = new Promise<void>((resolve) => (letIn = resolve));
    send({ event: 'hello', id: 1 });
    await endOfTurn();
    expect(seen).toEqual([]);
    letIn();
    await answered();
    expect(seen).toEqual(['hello']);
  });

  it('are held back at the socket once 32 wait, and read on when half of them are done', async () => {
    const gates: (() => void)[] = [];
    const { socket, send, answered } = house({
      slow: () => new Promise<void>((resolve) => gates.push(resolve)),
    });
    // The first one is taken at once; it does not wait.
    send({ event: 'slow' });
    await endOfTurn();
    for (let n = 1; n < MAX_WAITING; n++) send({ event: 'slow' });
    expect(socket.isPaused).toBe(false);
    send({ event: 'slow' });
    expect(socket.isPaused).toBe(true);
    const finish = async () => {
      gates.shift()?.();
      await endOfTurn();
    };
    for (let n = 0; n < MAX_WAITING / 2; n++) await finish();
    expect(socket.isPaused).toBe(true);
    await finish();
    expect(socket.isPaused).toBe(false);
    while (gates.length > 0) await finish();
    expect(await answered()).toEqual([]);
  });

  it('that stand behind the end of a connection are not run', async () => {
    const seen: number[] = [];
    const { connection, socket, send, answered } = house({
      work: ({ n }) => {
        seen.push(n as number);
        if (n === 2) connection.close(4503, 'removed');
      },
    });
    send(...[1, 2, 3].map((n) => ({ event: 'work', data: { n } })));
    await answered();
    send({ event: 'work', data: { n: 4 } });
    await answered();
    expect(seen).toEqual([1, 2]);
    socket.terminate();
  });

  it('that came before the peer’s own close frame are run', async () => {
    const seen: number[] = [];
    const { socket, send, answered } = house({ work: ({ n }) => nap(5).then(() => seen.push(n as number)) });
    send(...[1, 2, 3].map((n) => ({ event: 'work', data: { n } })));
    socket.readyState = 2;
    expect(await answered()).toEqual([]);
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe('a reply', () => {
  it.each<[string, Handler, unknown]>([
    ['a value', () => ({ a: 1 }), { a: 1 }],
    ['a promise', async () => 'later', 'later'],
    ['nothing', () => undefined, {}],
    ['null', () => null, {}],
    ['a falsy value', () => 0, 0],
  ])('carries what the handler gives: %s', async (_name, handler, data) => {
    const { send, answered } = house({ ask: handler });
    send({ event: 'ask', id: 0 });
    expect(await answered()).toEqual([{ event: 'reply', id: 0, ok: true, data }]);
  });

  it('is not sent where nobody asked for one, unless it is a refusal', async () => {
    const { send, answered } = house({
      fine: () => 1,
      wrong: () => {
        throw new ChatError('forbidden', 'no', 5);
      },
    });
    send({ event: 'fine' }, { event: 'wrong' });
    const error = { code: 'forbidden', message: 'no', retryAfterMs: 5 };
    expect(await answered()).toEqual([{ event: 'reply', ok: false, error }]);
  });

  it.each<[string, Handler]>([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
    [
      'throws what is no error',
      () => {
        throw 'secret';
      },
    ],
  ])('says only `internal` where the handler %s', async (_name, handler) => {
    const { send, answered } = house({ ask: handler, other: () => 'next' });
    send({ event: 'ask', id: 1 }, { event: 'other', id: 2 });
    const error = { code: 'internal', message: 'internal error' };
    expect(await answered()).toEqual([
      { event: 'reply', id: 1, ok: false, error },
      { event: 'reply', id: 2, ok: true, data: 'next' },
    ]);
  });

  it('that cannot be written as JSON ends that one connection, not the process', async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const { socket, send, answered } = house({ ask: () => circle });
    send({ event: 'ask', id: 1 });
    await answered();
    expect(socket.closings).toEqual([{ code: 1011, reason: 'internal error' }]);
    socket.terminate();
  });

  it('comes before what the request set off for after it', async () => {
    const { connection, fanOut, send, answered } = house({
      join: () => {
        const after = () => fanOut.push(connection, { event: 'missed', data: 1 });
        if (connection.current) connection.current.afterReply = after;
        return 'joined';
      },
    });
    send({ event: 'join', id: 1 });
    expect((await answered()).map(({ event }) => event)).toEqual(['reply', 'missed']);
  });
});

describe('a frame', () => {
  it('of bytes closes with 1003, and is not looked at', () => {
    const { router, connection, socket } = house({});
    router.receive(connection, Buffer.from('{}'), true);
    expect(socket.closings[0]?.code).toBe(1003);
    socket.terminate();
  });

  it('in the plain dialect is a message to the room of the path, under an id of its own', async () => {
    const sent: Record<string, unknown>[] = [];
    const { send, answered } = house(
      { 'message.send': (data) => void sent.push(data) },
      { dialect: 'plain', room: 'lobby' },
    );
    send(
      { message: 'hi' },
      { message: 'hi' },
      '{"message":"x","__proto__":1}',
      '{"message":7}',
      '{"event":"x"}',
    );
    expect(await answered()).toMatchObject(Array(3).fill({ error: { code: 'bad_schema' } }));
    expect(sent).toMatchObject([
      { room: 'lobby', text: 'hi' },
      { room: 'lobby', text: 'hi' },
    ]);
    expect(new Set(sent.map(({ clientId }) => clientId)).size).toBe(2);
  });
});
