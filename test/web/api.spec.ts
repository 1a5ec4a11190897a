import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryPage } from '../../src/protocol/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { call } from './visitor.js';

interface Operation {
  responses: Record<string, { content: Record<string, { schema: object }> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

let chat: RunningChat;
let document: Document;
let cookie: string;
beforeAll(async () => {
  chat = await startChat();
  document = (await call(chat, '/api/openapi.json')).body as unknown as Document;
  cookie = await chat.signIn('Ann');
});
afterAll(() => chat.close());

/** Calls as the document says one can, and holds the answer against what it says of this status. */
async function ask(
  method: 'GET' | 'POST',
  path: string,
  parameters: { room?: string; query?: string; body?: unknown; as?: string } = {},
) {
  const { room = '', query = '', body, as = cookie } = parameters;
  const url = path.replace('{room}', encodeURIComponent(room)) + query;
  const headers: Record<string, string> = as ? { cookie: as, origin: chat.url } : {};
  const answer = await call(chat, url, { method, body, headers });
  const described = document.paths[path]?.[method.toLowerCase()]?.responses[answer.status];
  expect(
    described,
    `${method} ${path} answered ${answer.status}, of which the document knows nothing`,
  ).toBeDefined();
  const type = answer.headers.get('content-type')?.split(';', 1)[0] as string;
  const schema = described?.content[type]?.schema;
  expect(schema, `${method} ${path} answered ${type}`).toBeDefined();
  // References of the document, as references of a schema that stands alone.
  const alone = JSON.stringify({ ...schema, $defs: document.components.schemas });
  z.fromJSONSchema(JSON.parse(alone.replaceAll('#/components/schemas/', '#/$defs/'))).parse(answer.body);
  return answer;
}

const rooms = '/api/rooms';
const messages = '/api/rooms/{room}/messages';
const draft = (text: string, clientId: string = randomUUID()) => ({ text, clientId });
const newRoom = () => `r${randomUUID()}`;

async function filled(count: number): Promise<string> {
  const room = newRoom();
  for (let n = 1; n <= count; n++) await ask('POST', messages, { room, body: draft(`${n}`) });
  return room;
}

describe('rooms', () => {
  it('are created once, and are listed then', async () => {
    const name = newRoom();
    const created = await ask('POST', rooms, { body: { name, title: '  A title ', kind: 'public' } });
    expect([created.status, created.body]).toMatchObject([201, { room: name, title: 'A title', topic: '' }]);
    const again = await ask('POST', rooms, { body: { name } });
    expect([again.status, again.body.code]).toEqual([409, 'taken']);
    const { body } = await ask('GET', rooms);
    const listed = (body.rooms as { room: string }[]).find(({ room }) => room === name);
    expect(listed).toEqual({ room: name, title: 'A title', topic: '', kind: 'public', online: 0, head: 0 });
  });

  it('are called by their name where they are given no title', async () => {
    for (const title of [undefined, '', '   ']) {
      const name = newRoom();
      expect((await ask('POST', rooms, { body: { name, title } })).body.title).toBe(name);
    }
  });

  it('say what was said last, and who is there', async () => {
    const room = await filled(2);
    await using ann = await chat.connect('Ann');
    await ann.request('room.join', { room });
    const { body } = await ask('GET', rooms);
    const listed = (body.rooms as { room: string }[]).find((each) => each.room === room);
    const last = { text: '2', at: expect.any(String), user: { name: 'Ann', guest: true } };
    expect(listed).toMatchObject({ head: 2, online: 1, last });
  });

  it.each(['', 'a b', '../x', 'x'.repeat(65), 'e\u0301', '~x', '#x', 'a/b', 'a\0'])(
    'cannot be called %j',
    async (name) => {
      const { status, body } = await ask('POST', rooms, { body: { name } });
      expect([status, body.code]).toEqual([400, 'bad_room']);
    },
  );

  const title = 'x'.repeat(101);
  it.each([
    {},
    { name: 7 },
    { name: 'x', extra: 1 },
    { name: 'x', kind: 'private' },
    { name: 'x', title },
    [],
  ])('are not created from %j', async (body) => {
    const answer = await ask('POST', rooms, { body });
    expect([answer.status, answer.body.code]).toEqual([400, 'bad_schema']);
  });
});

describe('a message', () => {
  it('is stored with 201, and with 200 the second time: the same answer, marked', async () => {
    const room = newRoom();
    const body = draft('hi');
    const first = await ask('POST', messages, { room, body });
    const second = await ask('POST', messages, { room, body: { ...body, text: 'something else' } });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual({ ...first.body, dup: true });
    expect(first.body).toEqual({ id: expect.any(String), seq: 1, at: expect.any(String) });
    expect((await ask('GET', messages, { room })).body.messages).toMatchObject([{ text: 'hi' }]);
  });

  it('of another person with the same id is another message', async () => {
    const room = newRoom();
    const body = draft('hi');
    await ask('POST', messages, { room, body });
    const other = await ask('POST', messages, { room, body, as: await chat.signIn('Bob') });
    expect([other.status, other.body.seq]).toEqual([201, 2]);
  });

  it('is read back as it was written', async () => {
    const room = newRoom();
    const body = { ...draft('  <b>é\n👩‍👩‍👧 '), replyTo: 'another' };
    const { body: sent } = await ask('POST', messages, { room, body });
    const user = { id: expect.any(String), name: 'Ann', guest: true };
    const { messages: read } = (await ask('GET', messages, { room })).body as unknown as HistoryPage;
    expect(read).toEqual([{ ...body, ...sent, room, user }]);
  });

  it.each([
    [{ text: 'x' }, 'bad_schema'],
    [draft(''), 'bad_schema'],
    [draft('\ud800'), 'bad_schema'],
    [draft('x', 'short'), 'bad_schema'],
    [{ ...draft('x'), seq: 1 }, 'bad_schema'],
    [{ ...draft('x'), user: { id: 'other' } }, 'bad_schema'],
    [{ ...draft('x'), at: '2020-01-01T00:00:00Z' }, 'bad_schema'],
    [draft('x'.repeat(4_001)), 'too_long'],
    ['"text"', 'bad_json'],
  ])('is refused as %.60j with %s', async (body, code) => {
    const room = newRoom();
    const answer = await ask('POST', messages, { room, body });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
    expect((await ask('GET', messages, { room })).status).toBe(404);
  });

  it('goes into no room that cannot be', async () => {
    const bad = await ask('POST', messages, { room: 'a b', body: draft('x') });
    const hidden = await ask('POST', messages, { room: `~${'a'.repeat(26)}`, body: draft('x') });
    expect([bad.body.code, hidden.body.code]).toEqual(['bad_room', 'not_found']);
  });
});

describe('history', () => {
  const page = async (room: string, query = ''): Promise<HistoryPage> =>
    (await ask('GET', messages, { room, query })).body as never;
  const seqs = ({ messages: list }: HistoryPage) => list.map(({ seq }) => seq);
  const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

  it('is read in pages, forwards and backwards, without a hole between them', async () => {
    const room = await filled(120);
    const newest = await page(room);
    expect([seqs(newest), newest.head, newest.more]).toEqual([upTo(120, 71), 120, true]);

    const backwards: number[][] = [];
    for (let before: number | undefined = 121, more = true; more;) {
      const next: HistoryPage = await page(room, `?limit=50&before=${before}`);
      backwards.unshift(seqs(next));
      before = next.messages[0]?.seq;
      more = next.more;
    }
    expect(backwards).toEqual([upTo(20), upTo(70, 21), upTo(120, 71)]);

    const forwards: number[][] = [];
    for (let after = 0, more = true; more;) {
      const next: HistoryPage = await page(room, `?limit=60&after=${after}`);
      forwards.push(seqs(next));
      after = next.messages.at(-1)?.seq as number;
      more = next.more;
    }
    expect(forwards).toEqual([upTo(60), upTo(120, 61)]);
    expect(await page(room, '?after=120')).toMatchObject({ messages: [], more: false, head: 120 });
    expect(await page(room, '?before=1')).toMatchObject({ messages: [], more: false, head: 120 });
    expect(seqs(await page(room, '?limit=1'))).toEqual([120]);
    expect(seqs(await page(room, '?limit=100'))).toEqual(upTo(120, 21));
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'before=-1',
    'before=1.5',
    'before=1&after=2',
    'page=2',
    'limit=1&limit=2',
  ])('is not read with ?%s', async (query) => {
    const { status, body } = await ask('GET', messages, { room: newRoom(), query: `?${query}` });
    expect([status, body.code]).toEqual([400, 'bad_schema']);
  });

  it('of a room that is not there is not there, and asking makes none', async () => {
    const room = newRoom();
    for (let n = 0; n < 2; n++)
      expect((await ask('GET', messages, { room })).body).toMatchObject({ status: 404, code: 'not_found' });
    expect((await ask('GET', messages, { room: 'a b' })).body.code).toBe('bad_room');
  });
});

describe('oneself', () => {
  it('is known, and renamed', async () => {
    const as = await chat.signIn('Cleo');
    const before = await ask('GET', '/api/me', { as });
    const renamed = await ask('POST', '/api/me', { as, body: { name: ' Cleo  II ' } });
    expect(renamed.body.user).toEqual({ ...(before.body.user as object), name: 'Cleo II', guest: true });
    expect((await ask('GET', '/api/me', { as })).body).toEqual(renamed.body);
    const refused = await ask('POST', '/api/me', { as, body: { name: '\u202e' } });
    expect([refused.status, refused.body.code]).toEqual([400, 'bad_name']);
  });

  it('is somebody new for each call that brings nothing, and nobody with a torn bearer', async () => {
    const users = [await ask('GET', '/api/me', { as: '' }), await ask('GET', '/api/me', { as: '' })];
    expect(users[0]?.body.user).not.toEqual(users[1]?.body.user);
    const torn = await call(chat, '/api/me', { headers: { authorization: 'Bearer torn' } });
    expect([torn.status, torn.body.code]).toEqual([401, 'unauthenticated']);
  });
});

describe('answers for everybody', () => {
  it('are what they say they are', async () => {
    for (const path of ['/health/live', '/health/ready', '/api/openapi.json', '/api/asyncapi.json'])
      expect((await ask('GET', path, { as: '' })).status).toBe(200);
  });

  it('are kept by nobody on their way, unless they are the same for everybody', async () => {
    for (const path of ['/api/rooms', '/api/me', '/health/ready', '/api/nowhere'])
      expect((await call(chat, path)).headers.get('cache-control')).toBe('no-store');
  });
});
