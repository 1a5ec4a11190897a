import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LobbyPageData, Message, RoomPageData } from '../../src/protocol/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { call, dataOf, formOf, textOf, Visitor } from './visitor.js';

let chat: RunningChat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.close());

async function stored(room: string): Promise<Message[]> {
  const { status, body } = await call(chat, `/api/rooms/${encodeURIComponent(room)}/messages`);
  return status === 404 ? [] : (body.messages as Message[]);
}

const draft = (text: string) => ({ text, clientId: randomUUID() });

describe('a message sent without a script', () => {
  it('is stored, shown, and reaches who is there with one', async () => {
    const listener = await chat.connect('Bob');
    await listener.request('room.join', { room: 'forms' });
    const visitor = new Visitor(chat);
    const page = await visitor.get('/chat/forms/');

    const fields = { ...formOf(page, '/chat/forms/'), text: 'hello from a form' };
    const sent = await visitor.post('/chat/forms/', fields);

    expect([sent.status, sent.headers.get('location')]).toEqual([303, '/chat/forms/']);
    expect(textOf(await visitor.get('/chat/forms/'))).toContain('hello from a form');
    const { me } = dataOf<RoomPageData>(page);
    expect(await listener.push('message.created')).toMatchObject({ text: 'hello from a form', user: me });
  });

  it('is stored once where the form is sent twice', async () => {
    const visitor = new Visitor(chat);
    const form = formOf(await visitor.get('/chat/twice/'), '/chat/twice/');
    const fields = { ...form, text: 'once' };
    for (let n = 0; n < 2; n++) expect((await visitor.post('/chat/twice/', fields)).status).toBe(303);
    expect(await stored('twice')).toHaveLength(1);
    const again = formOf(await visitor.get('/chat/twice/'), '/chat/twice/');
    expect(again.clientId).not.toBe(form.clientId);
  });

  it('keeps its lines as they were typed', async () => {
    await new Visitor(chat).post('/chat/lines/', draft('one\r\ntwo\r\n\r\nthree'));
    expect((await stored('lines'))[0]?.text).toBe('one\ntwo\n\nthree');
  });

  it('may be as long as one that is typed with a script, however many lines it has', async () => {
    const text = 'x\n'.repeat(2_000);
    const sent = await new Visitor(chat).post('/chat/lines/', draft(text.replaceAll('\n', '\r\n')));
    expect(sent.status).toBe(303);
    expect((await stored('lines')).at(-1)?.text).toBe(text);
  });

  it('goes to a room of any name', async () => {
    const path = `/chat/${encodeURIComponent('été')}/`;
    const sent = await new Visitor(chat).post(path, draft('salut'));
    expect([sent.status, sent.headers.get('location')]).toEqual([303, path]);
    expect(await stored('été')).toHaveLength(1);
  });

  it.each([
    ['is too long', 'x'.repeat(4_001), 400, 'a message has at most 4000 characters'],
    ['is blank', ' \r\n ', 400, 'a message needs text'],
  ])('that %s stands in its field again, with what is wrong', async (_name, text, status, problem) => {
    const visitor = new Visitor(chat);
    const page = await visitor.post('/chat/refused/', draft(text));
    expect([page.status, page.headers.get('cache-control')]).toEqual([status, 'no-store']);
    expect(textOf(page)).toContain(problem);
    expect(dataOf<RoomPageData>(page)).toMatchObject({ view: 'room', draft: text });
    expect(formOf(page, '/chat/refused/').text).toBe(text);
    expect(await stored('refused')).toEqual([]);
  });

  it.each([
    ['an unknown field', { ...draft('x'), seq: '1' }],
    ['no text', { clientId: randomUUID() }],
    ['no id of its own', { text: 'x' }],
    ['a torn id', { text: 'x', clientId: '"><b>' }],
  ])('with %s is refused', async (_name, fields) => {
    const page = await new Visitor(chat).post('/chat/refused/', fields as Record<string, string>);
    expect(page.status).toBe(400);
    expect(await stored('refused')).toEqual([]);
  });

  it('to a room that cannot be is refused', async () => {
    const page = await new Visitor(chat).post('/chat/not%20a%20room/', draft('x'));
    expect([page.status, textOf(page)]).toEqual([400, expect.stringContaining('A room name is')]);
  });

  it('too fast is refused with when to try again, and keeps its text', async () => {
    await using limited = await startChat({
      env: { RATE_LIMIT: true, SEND_BURST: 1, SENDS_PER_SECOND: 0.1 },
    });
    const visitor = new Visitor(limited);
    await visitor.get('/chat/fast/');
    expect((await visitor.post('/chat/fast/', draft('one'))).status).toBe(303);
    const second = await visitor.post('/chat/fast/', draft('two'));
    expect([second.status, formOf(second, '/chat/fast/').text]).toEqual([429, 'two']);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('a new name', () => {
  it('is taken from the form that stands on every page, and leads back to it', async () => {
    const visitor = new Visitor(chat);
    for (const [path, name] of [
      ['/chat/', 'Zoë'],
      ['/chat/names/', "Zoë d'Arc"],
    ] as const) {
      const fields = { ...formOf(await visitor.get(path), '/chat/~me/'), name };
      const answer = await visitor.post('/chat/~me/', fields);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, path]);
      expect(dataOf<LobbyPageData>(await visitor.get(path)).me.name).toBe(name);
    }
  });

  it.each([
    ['was never here', ''],
    ['has a sign-in that ended', `chat.session_token=${'a'.repeat(32)}.forged`],
  ])('makes a guest of a person who %s, and is theirs from then on', async (_who, cookie) => {
    const visitor = new Visitor(chat);
    visitor.cookie = cookie;
    const answer = await visitor.post('/chat/~me/', { name: 'Newcomer', back: '/chat/names/' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/chat/names/']);
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    const { me } = dataOf<RoomPageData>(await visitor.get('/chat/names/'));
    expect(me).toMatchObject({ name: 'Newcomer', guest: true });
    await visitor.post('/chat/names/', draft('hello'));
    expect((await stored('names')).at(-1)?.user).toMatchObject({ id: me.id, name: 'Newcomer' });
  });

  it('makes nobody a guest where it is none, or where guests are not welcome', async () => {
    const refused = await new Visitor(chat).post('/chat/~me/', { name: '' });
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([400, null]);
    await using closed = await startChat({ env: { GUESTS: false } });
    const stranger = await new Visitor(closed).post('/chat/~me/', { name: 'Newcomer' });
    expect([stranger.status, stranger.headers.get('set-cookie')]).toEqual([401, null]);
  });

  it('stands on what one said before, too', async () => {
    const visitor = new Visitor(chat);
    await visitor.post('/chat/names/', draft('whoever said this'));
    await visitor.post('/chat/~me/', { name: '  Renamed   Person ' });
    expect((await stored('names')).at(-1)?.user.name).toBe('Renamed Person');
  });

  it.each(['', '   ', '<script>', 'a\u202eb', 'x'.repeat(33), 'a\u200bb', 'Z\u0351\u0352\u0353'])(
    'that is none is refused on a page: %j',
    async (name) => {
      const visitor = new Visitor(chat);
      const before = dataOf<LobbyPageData>(await visitor.get('/chat/')).me;
      const page = await visitor.post('/chat/~me/', { name, back: '/chat/' });
      expect([page.status, page.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
      expect(dataOf<LobbyPageData>(await visitor.get('/chat/')).me).toEqual(before);
    },
  );

  it.each([
    '//evil.example',
    '/\\evil.example',
    '/chat/\\evil.example',
    'https://evil.example/chat/',
    'javascript:alert(1)',
    '/chat@evil.example',
    '/chat.evil.example/',
    ' //evil.example',
    '/chat/\r\nSet-Cookie: x=y',
    '/api/rooms',
    '',
  ])('never leads to another place: %j', async (back) => {
    const visitor = new Visitor(chat);
    await visitor.get('/chat/');
    const { status, headers } = await visitor.post('/chat/~me/', { name: 'Eve', back });
    const target = new URL(headers.get('location') ?? '', `${chat.url}/chat/~me/`);
    expect([status, target.origin]).toEqual([303, chat.url]);
    expect(target.pathname).toMatch(/^\/chat\//);
    expect(headers.get('set-cookie') ?? '').not.toContain('x=y');
  });
});

describe('a form on somebody else’s page', () => {
  const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  it.each<[string, Record<string, string>]>([
    ['from another origin', evil],
    ['from another port', { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }],
    ['from a sandbox', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['cross-site without an Origin', { origin: '', 'sec-fetch-site': 'cross-site' }],
    ['same-site without an Origin', { origin: '', 'sec-fetch-site': 'same-site' }],
    ['with a cookie, saying nothing', { origin: '', 'sec-fetch-site': '' }],
  ])('%s is refused, and changes nothing', async (_name, headers) => {
    const visitor = new Visitor(chat);
    const { me } = dataOf<RoomPageData>(await visitor.get('/chat/forged/'));
    const message = await visitor.post('/chat/forged/', draft('forged'), headers);
    const name = await visitor.post('/chat/~me/', { name: 'Forged' }, headers);
    expect([message.status, name.status]).toEqual([403, 403]);
    expect(textOf(message)).toContain('Not allowed');
    expect(await stored('forged')).toEqual([]);
    expect(dataOf<RoomPageData>(await visitor.get('/chat/forged/')).me).toEqual(me);
  });

  it('cannot sign anybody in or out either', async () => {
    const renamed = await new Visitor(chat).post('/chat/~me/', { name: 'Forged' }, evil);
    expect([renamed.status, renamed.headers.get('set-cookie')]).toEqual([403, null]);
    for (const path of ['/api/auth/sign-in/anonymous', '/api/auth/sign-out', '/api/me', '/api/rooms']) {
      const { status, headers } = await call(chat, path, { method: 'POST', body: {}, headers: evil });
      expect([path, status, headers.get('set-cookie')]).toEqual([path, 403, null]);
    }
  });

  it('is told from ours where the browser says whose it is, without an Origin', async () => {
    const visitor = new Visitor(chat);
    await visitor.get('/chat/forged/');
    const own = { origin: '', 'sec-fetch-site': 'same-origin' };
    expect((await visitor.post('/chat/ours/', draft('ours'), own)).status).toBe(303);
  });
});
