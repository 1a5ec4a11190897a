import { randomUUID } from 'node:crypto';
import { Injectable, Logger as NestLogger } from '@nestjs/common';
import { Logger, LoggerModule } from 'nestjs-pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChannelLayer, type Draft, MessageHook, type MessageHooks } from '../../src/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { requestLog } from '../../src/web/request-log.js';
import { frame, handshake, handshakeStatus, RawSocket } from '../support/raw-socket.js';
import { call, Visitor } from './visitor.js';

const CANARY = 'canary';

/** Fails as databases, parsers and careless code do. */
@Injectable()
@MessageHook()
class Failing implements MessageHooks {
  beforeStore(draft: Draft): Draft {
    const { text } = draft;
    if (text.endsWith('database'))
      throw Object.assign(new Error('null value in a column'), {
        code: '23502',
        detail: `Failing row contains (${text}).`,
        cause: new Error(text),
      });
    if (text.endsWith('parser')) JSON.parse(text);
    if (text.endsWith('object')) throw { text };
    return draft;
  }

  afterStore({ text }: { text: string }): void {
    if (text.endsWith('later')) JSON.parse(text);
  }
}

let chat: RunningChat;
let output = '';
beforeAll(async () => {
  const stream = { write: (line: string) => void (output += line) };
  const imports = [LoggerModule.forRoot(requestLog({ LOG_LEVEL: 'trace' }, stream))];
  chat = await startChat({ imports, providers: [Failing] });
  chat.app.useLogger(chat.app.get(Logger));
});
afterAll(async () => {
  await chat.close();
  NestLogger.overrideLogger(['error']);
});

interface Line {
  msg?: string;
  context?: string;
  method?: string;
  route?: string;
  status?: number;
  err?: { type: string; message: string; code?: string; stack?: string };
}

const lines = () =>
  output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);

describe('the log', () => {
  it('tells a request by its route and its answer', async () => {
    expect((await fetch(`${chat.url}/chat/${CANARY}/?before=1`)).status).toBe(200);
    expect((await call(chat, `/${CANARY}`)).status).toBe(404);
    await expect.poll(() => lines().find(({ status }) => status === 404)).toMatchObject({ method: 'GET' });
    expect(lines().find(({ route }) => route?.startsWith('/chat/:room'))).toMatchObject({ status: 200 });
  });

  it('tells an error of ours with what helps to find it', async () => {
    const ann = await chat.connect();
    for (const text of ['database', 'parser', 'object']) {
      const sent = ann.request('message.send', {
        room: 'a',
        text: `${CANARY} ${text}`,
        clientId: randomUUID(),
      });
      await expect(sent).rejects.toMatchObject({ code: 'internal', message: 'internal: internal error' });
    }
    const errors = lines().flatMap(({ err }) => err ?? []);
    expect(errors).toMatchObject([
      { type: 'Error', message: 'null value in a column', code: '23502' },
      { type: 'SyntaxError', message: 'a text could not be parsed' },
      { type: 'Error', message: 'something else than an error was thrown: object' },
    ]);
    for (const { stack } of errors.slice(0, 2)) expect(stack).toContain('request-log.spec.ts');
  });

  it('has nothing of what people say, are called, sign in with, or make up, whatever goes wrong', async () => {
    const cookie = await chat.signIn('Canary Ann');
    const mine = { cookie, origin: chat.url };
    const ann = await chat.connect(undefined, { headers: mine });
    const send = (text: string) =>
      ann
        .request('message.send', { room: `${CANARY}_room`, text, clientId: randomUUID() })
        .catch(() => undefined);
    for (const text of ['', ' database', ' parser', ' object', ' later']) await send(CANARY + text);
    await ann.request('room.join', { room: `${CANARY} room` }).catch(() => undefined);
    await ann.request(`${CANARY}.event`, { [CANARY]: CANARY }).catch(() => undefined);
    ann.sendRaw(`{"${CANARY}`);
    await ann.request('pong', {});

    using raw = await RawSocket.open(chat.url);
    raw.write(handshake(chat.url, `/ws/chat/${CANARY}/`));
    await raw.head();
    for (const bytes of [`{"message":"${CANARY} database"}`, `{"${CANARY}":1}`, CANARY])
      raw.write(frame(bytes));
    raw.write(frame(Buffer.from([0xff, ...Buffer.from(CANARY)])));
    await raw.closedWith();

    const secrets = {
      authorization: `Bearer ${CANARY}`,
      cookie: `chat.session_token=${CANARY}`,
      'user-agent': CANARY,
    };
    for (const path of [
      `/${CANARY}`,
      `/api/rooms/${CANARY}/messages?token=${CANARY}`,
      `/api/me?${CANARY}`,
      '/chat/%E0%A4%A',
    ])
      await call(chat, path, { headers: { ...secrets, 'x-request-id': CANARY } }).catch(() => undefined);
    await handshakeStatus(chat.url, `/ws/chat/${CANARY}/?token=${CANARY}`, {
      Authorization: `Bearer ${CANARY}`,
    });
    await handshakeStatus(chat.url, '/ws/chat/', {
      Origin: `https://${CANARY}.example`,
      Cookie: `a=${CANARY}`,
    });
    for (const path of ['/api/rooms', '/api/me', '/api/auth/sign-in/anonymous', '/api/auth/sign-out'])
      for (const body of [`{"${CANARY}`, JSON.stringify({ [CANARY]: CANARY })])
        await call(chat, path, { method: 'POST', body, headers: { origin: chat.url } });
    const visitor = new Visitor(chat);
    await visitor.post('/chat/~me/', { name: `<${CANARY}>` });
    await visitor.post(`/chat/${CANARY}/`, { text: `${CANARY} database`, clientId: randomUUID() });
    const hint = { type: 'chat.event', topic: 'x', node: 'another', body: `{"text":"${CANARY}` };
    await chat.app.get(ChannelLayer).groupSend('chat.people', hint);
    await expect.poll(() => output).toContain('a chat.event from another process was ignored: not JSON');

    const token = cookie.replace(/^[^=]*=/, '').slice(0, 20);
    const leaks = lines().filter((line) => {
      const text = JSON.stringify(line).toLowerCase();
      return text.includes(CANARY) || text.includes(token.toLowerCase());
    });
    expect(leaks).toEqual([]);
    expect(lines().length).toBeGreaterThan(20);
  });
});
