import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { frame, handshake, RawSocket } from '../support/raw-socket.js';

let chat: RunningChat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.close());

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const send = (data: object) => JSON.stringify({ event: 'message.send', id: 7, data });
const whole = { room: 'lobby', text: 'x', clientId: 'abcdefgh' };

describe('a frame that is not a request', () => {
  it.each([
    ['', 'bad_json'],
    ['nonsense', 'bad_json'],
    ['{"event":"pong"', 'bad_json'],
    [deep(8000), 'bad_json'],
    [`{"event":"pong","data":{"a":${deep(20)}}}`, 'bad_json'],
    [JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, n]))), 'bad_json'],
    ['null', 'bad_schema'],
    ['[]', 'bad_schema'],
    ['42', 'bad_schema'],
    ['"text"', 'bad_schema'],
    ['{}', 'bad_schema'],
    ['{"event":7}', 'bad_schema'],
    ['{"event":""}', 'bad_schema'],
    ['{"event":"pong","data":[]}', 'bad_schema'],
    ['{"event":"pong","data":null}', 'bad_schema'],
    ['{"event":"pong","extra":1}', 'bad_schema'],
    ['{"event":"pong","id":-1}', 'bad_schema'],
    ['{"event":"pong","id":1e400}', 'bad_schema'],
    ['{"event":"pong","id":"x"}', 'bad_schema'],
    ['{"event":"pong","__proto__":{"admin":true}}', 'bad_schema'],
    ['{"event":"pong","data":{"__proto__":{"admin":true}}}', 'bad_schema'],
    ['{"event":"nothing.here"}', 'unknown_type'],
    ['{"event":"__proto__"}', 'unknown_type'],
    ['{"event":"constructor"}', 'unknown_type'],
    ['{"event":"reply"}', 'unknown_type'],
  ])('%.60s is answered with %s, and the socket stays open', async (text, code) => {
    await using client = await chat.connect();
    client.sendRaw(text);
    expect(await client.next()).toMatchObject({ event: 'reply', ok: false, error: { code } });
    await client.nothing();
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each([
    [{ ...whole, text: '' }, 'bad_schema'],
    [{ ...whole, text: ' \n ' }, 'bad_schema'],
    [{ ...whole, text: 7 }, 'bad_schema'],
    [{ ...whole, text: 'x\0y' }, 'bad_schema'],
    [{ ...whole, text: '\ud800' }, 'bad_schema'],
    [{ ...whole, replyTo: 'x\0y' }, 'bad_schema'],
    [{ ...whole, replyTo: '\ud800' }, 'bad_schema'],
    [{ ...whole, text: 'x'.repeat(4001) }, 'too_long'],
    [{ ...whole, clientId: 'short' }, 'bad_schema'],
    [{ ...whole, clientId: undefined }, 'bad_schema'],
    [{ ...whole, room: 'a b' }, 'bad_room'],
    [{ ...whole, room: '' }, 'bad_room'],
    [{ ...whole, room: 'x'.repeat(65) }, 'bad_room'],
    [{ ...whole, room: 'e\u0301' }, 'bad_room'],
    [{ ...whole, room: '../x' }, 'bad_room'],
    [{ ...whole, room: '~abcdefghijklmnopqrstuvwxyz' }, 'not_found'],
    [{ ...whole, seq: 1 }, 'bad_schema'],
    [{ ...whole, user: { id: 'other' } }, 'bad_schema'],
  ])('message.send with %.80j is refused with %s, under its id', async (data, code) => {
    await using client = await chat.connect();
    client.sendRaw(send(data));
    expect(await client.next()).toMatchObject({ event: 'reply', id: 7, ok: false, error: { code } });
    await client.nothing();
  });

  it('never comes back to the sender inside of the refusal', async () => {
    await using client = await chat.connect();
    client.sendRaw(
      '{"event":"message.send","id":1,"data":{"room":"lobby","password":"hunter2","text":"hunter2"}}',
    );
    expect(JSON.stringify(await client.next())).not.toContain('hunter2');
  });

  it('ends the connection with 4500 after ten in a minute, each of them answered', async () => {
    await using client = await chat.connect();
    for (let n = 0; n < 10; n++) client.sendRaw('nonsense');
    for (let n = 0; n < 10; n++) expect(await client.next()).toMatchObject({ error: { code: 'bad_json' } });
    expect(await client.closed).toMatchObject({ code: 4500 });
  });
});

describe('what is no frame of the protocol', () => {
  it.each<[string, Buffer[], number]>([
    ['binary', [frame('{"event":"pong"}', { opcode: 2 })], 1003],
    ['bad UTF-8', [frame(Buffer.from([0xff, 0xfe]))], 1007],
    ['more than 16 KiB', [frame('x'.repeat(16_385))], 1009],
    ['a length of 2^63', [Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4])], 1009],
    ['compressed', [frame('x', { rsv: 0x40 })], 1002],
    ['an unknown opcode', [frame('x', { opcode: 5 })], 1002],
    ['unmasked', [frame('x', { masked: false })], 1002],
    ['a continuation of nothing', [frame('x', { opcode: 0 })], 1002],
    ['a ping of 126 bytes', [frame('x'.repeat(126), { opcode: 9 })], 1002],
    ['a close code of 1005', [frame(Buffer.from([0x03, 0xed]), { opcode: 8 })], 1002],
    [
      'a hundred empty fragments',
      [frame('', { fin: false }), ...Array(100).fill(frame('', { opcode: 0, fin: false }))],
      1008,
    ],
  ])('%s closes with its own code', async (_name, frames, code) => {
    using raw = await RawSocket.open(chat.url);
    raw.write(handshake(chat.url, '/ws/chat/lobby/', { 'Sec-WebSocket-Protocol': 'chat.v1' }));
    await raw.head();
    for (const each of frames) raw.write(each);
    expect(await raw.closedWith()).toBe(code);
  });

  it('in the same segment as the handshake is answered all the same', async () => {
    using raw = await RawSocket.open(chat.url);
    const hello = handshake(chat.url, '/ws/chat/lobby/');
    raw.write(Buffer.concat([Buffer.from(hello), frame('{"message":"early"}')]));
    await expect.poll(() => raw.text).toContain('"message":"early"');
  });

  it('counts what was sent before the close frame', async () => {
    using raw = await RawSocket.open(chat.url);
    const hello = handshake(chat.url, '/ws/chat/parting/');
    const bye = frame(Buffer.from([3, 232]), { opcode: 8 });
    raw.write(Buffer.concat([Buffer.from(hello), frame('{"message":"parting words"}'), bye]));
    await raw.toEnd();
    const history = async () => (await fetch(`${chat.url}/api/rooms/parting/messages`)).text();
    await expect.poll(history).toContain('parting words');
  });
});

describe('who sends too fast', () => {
  it('is told how long to wait, and is closed with 4005 after going on', async () => {
    await using limited = await startChat({
      env: { RATE_LIMIT: true, SEND_BURST: 2, SENDS_PER_SECOND: 0.001 },
    });
    await using client = await limited.connect();
    const attempt = () =>
      client
        .request('message.send', { ...whole, clientId: crypto.randomUUID() })
        .catch((error: unknown) => error);
    await attempt();
    await attempt();
    expect(await attempt()).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
    let open = true;
    void client.closed.then(() => (open = false));
    while (open) await Promise.race([attempt(), client.closed]);
    expect(await client.closed).toMatchObject({ code: 4005 });
  });

  it('is refused over HTTP by the same bucket', async () => {
    await using limited = await startChat({
      env: { RATE_LIMIT: true, SEND_BURST: 1, SENDS_PER_SECOND: 0.1 },
    });
    const cookie = await limited.signIn('Ann');
    const post = () =>
      fetch(`${limited.url}/api/rooms/lobby/messages`, {
        method: 'POST',
        headers: { cookie, origin: limited.url, 'content-type': 'application/json' },
        body: JSON.stringify({ text: 'x', clientId: crypto.randomUUID() }),
      });
    expect((await post()).status).toBe(201);
    const second = await post();
    expect([second.status, Number(second.headers.get('retry-after')) > 0]).toEqual([429, true]);
  });
});
