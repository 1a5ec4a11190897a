import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ConnectedSocket, SubscribeMessage } from '@nestjs/websockets';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChatGateway, type Connection, FanOut } from '../../src/index.js';
import {
  Communicator,
  HandshakeRefused,
  Refused,
  type RunningChat,
  startChat,
} from '../../src/testing/index.js';

/** Says what a test asks it to say. */
@ChatGateway()
class Parrot {
  constructor(private readonly fanOut: FanOut) {}

  @SubscribeMessage('parrot.say')
  say(@ConnectedSocket() connection: Connection): void {
    this.fanOut.push(connection, { event: 'parrot.said', data: { word: 'hello' } });
  }

  @SubscribeMessage('parrot.sleep')
  sleep(): Promise<never> {
    return new Promise(() => undefined);
  }

  @SubscribeMessage('parrot.close')
  close(@ConnectedSocket() connection: Connection): void {
    connection.close(4000, 'please reconnect');
  }
}

let chat: RunningChat;
beforeAll(async () => {
  chat = await startChat({ providers: [Parrot] });
});
afterAll(() => chat.close());

const messageOf = (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.message);
const short = { timeoutMs: 2_000 };
/** Not to be there in two seconds is no failure of theirs. */
const impatient = () => vi.waitFor(() => chat.connect(undefined, short), { timeout: 30_000 });

describe('a wait', () => {
  it('for a reply ends in time', async () => {
    const client = await impatient();
    expect(await messageOf(client.request('parrot.sleep'))).toBe(
      'the reply to parrot.sleep did not come within 2000 ms. The inbox is empty.',
    );
  });

  it('for a push ends in time, and prints what came instead', async () => {
    const client = await impatient();
    await client.request('parrot.say');
    expect(await messageOf(client.push('message.created'))).toBe(
      'the push message.created did not come within 2000 ms. The inbox:\n' +
        '  {"event":"parrot.said","data":{"word":"hello"}}',
    );
  });

  it('for whatever comes next ends in time', async () => {
    const client = await impatient();
    expect(await messageOf(client.next())).toContain('a frame did not come within 2000 ms');
  });

  it('ends at once where the socket is closed, and says how', async () => {
    const client = await chat.connect(undefined, { timeoutMs: 60_000 });
    const waiting = messageOf(client.push('parrot.said'));
    client.sendRaw('{"event":"parrot.close"}');
    expect(await waiting).toContain(
      'the push parrot.said cannot come any more: the socket was closed with 4000',
    );
    expect(await client.closed).toEqual({ code: 4000, reason: 'please reconnect' });
    expect(await messageOf(client.next())).toContain('closed with 4000');
  });

  it('is satisfied by what came before it, once, and the rest stays', async () => {
    const client = await chat.connect();
    await client.request('parrot.say');
    await client.request('parrot.say');
    const isHello = ({ word }: { word: string }) => word === 'hello';
    expect(await client.push('parrot.said', isHello)).toEqual({ word: 'hello' });
    expect(client.received).toHaveLength(1);
    await client.next();
    expect(client.received).toHaveLength(0);
  });
});

describe('`nothing`', () => {
  it('fails where something is there, or on its way, and prints it', async () => {
    const client = await chat.connect();
    client.sendRaw('{"event":"parrot.say"}');
    expect(await messageOf(client.nothing())).toMatch(/^something arrived\. The inbox:\n.*parrot\.said/);
    await client.nothing(['parrot.said']);
  });

  it('fails in the plain dialect too', async () => {
    const client = await chat.connect(undefined, { dialect: 'plain', path: '/ws/chat/lobby/' });
    await client.nothing();
    client.say('');
    await client.next();
    await client.nothing();
    client.say('hi');
    await client.next();
    client.say('hi again');
    await expect.poll(() => client.received.length).toBe(1);
    expect(await messageOf(client.nothing())).toContain('"message":"hi again"');
  });
});

describe('the heartbeat', () => {
  it('is answered, and is not news', async () => {
    await using beating = await startChat({ env: { PING_INTERVAL_MS: 100, PONG_TIMEOUT_MS: 1_500 } });
    const [ann, silent] = [
      await beating.connect(),
      await beating.connect(undefined, { answersPings: false }),
    ];
    expect(await silent.closed).toEqual({ code: 4002, reason: 'no pong' });
    expect(silent.received).toContainEqual({ event: 'ping', data: { heads: {} } });
    await ann.nothing();
  });
});

describe('a refusal', () => {
  it('of a request rejects with its code', async () => {
    const client = await chat.connect();
    const refusal = await client.request('nothing.here').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refused);
    expect(refusal).toMatchObject({ code: 'unknown_type', message: 'unknown_type: no such event' });
  });

  it('of a handshake rejects with its status and body', async () => {
    const refusal = await chat
      .connect(undefined, { path: '/ws/chat/a%20b/' })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(HandshakeRefused);
    expect(refusal).toMatchObject({ status: 404, body: expect.stringContaining('"code":"not_found"') });
  });

  it('of a server that is not there, or says nothing, rejects too', async () => {
    const mute = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const url = `ws://127.0.0.1:${(mute.address() as AddressInfo).port}/`;
    expect(await messageOf(Communicator.connect(url, short))).toBe(
      'no answer to the handshake within 2000 ms',
    );
    mute.close();
    await once(mute, 'close');
    expect(await messageOf(Communicator.connect(url, short))).toContain('ECONNREFUSED');
  });
});

describe('somebody connected', () => {
  it('is who the test says, with a sign-in that lasts', async () => {
    const cookie = await chat.signIn('Zoë');
    const headers = { cookie, origin: chat.url };
    const [one, two] = [
      await chat.connect(undefined, { headers }),
      await chat.connect(undefined, { headers }),
    ];
    expect(one.user).toEqual({ id: expect.any(String), name: 'Zoë', guest: true });
    expect(two.user).toEqual(one.user);
    expect((await chat.connect('Zoë')).user.id).not.toBe(one.user.id);
  });

  it('is a guest of their own without a name', async () => {
    const [one, two] = [await chat.connect(), await chat.connect()];
    expect(one.user.id).not.toBe(two.user.id);
  });

  it('cannot ask who they are in the plain dialect', async () => {
    const client = await chat.connect(undefined, { dialect: 'plain', path: '/ws/chat/lobby/' });
    expect(() => client.user).toThrow('does not tell');
  });

  it('may go like a pulled plug, and twice is no error', async () => {
    const client = await chat.connect();
    client.terminate();
    expect((await client.closed).code).toBe(1006);
    await client[Symbol.asyncDispose]();
    await client.close();
  });
});
