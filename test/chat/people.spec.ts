import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HistoryPage, MessageService, RoomDirectory, type User } from '../../src/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { Doubts } from './doubtful.layer.js';

const room = 'lobby';
const draft = () => ({ text: 'x', clientId: randomUUID() });

async function epochOf(chat: RunningChat): Promise<string> {
  const answer = await fetch(`${chat.url}/api/rooms/${room}/messages`);
  return ((await answer.json()) as HistoryPage).epoch;
}

/** Who wrote what somebody gets who comes back to an empty page. */
async function replayed(chat: RunningChat, count: number): Promise<string[]> {
  const reader = await chat.connect();
  const joined = await reader.request('room.join', { room, epoch: await epochOf(chat), after: 0 });
  expect(joined).toMatchObject({ recovered: true, head: count });
  const names = [];
  for (let n = 0; n < count; n++) names.push((await reader.push('message.created')).user.name);
  return names;
}

async function rename(chat: RunningChat, cookie: string, name: string): Promise<void> {
  const headers = { cookie, origin: chat.url, 'content-type': 'application/json' };
  const body = JSON.stringify({ name });
  expect((await fetch(`${chat.url}/api/me`, { method: 'POST', headers, body })).status).toBe(200);
}

describe('somebody who is called otherwise now', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres[Symbol.asyncDispose]());

  it('is so in what is replayed from memory, on every node, and nobody else is', async () => {
    const doubts = new Doubts();
    const env = { DATABASE_URL: await postgres.createDatabase(), AUTH_SECRET: randomUUID() };
    const start = () => startChat({ env, channelLayer: doubts.layer() });
    await using here = await start();
    await using there = await start();
    const cookie = await here.signIn('Ann');
    const ann = await here.connect(undefined, { headers: { cookie, origin: here.url } });
    // Somebody stays in the room on both nodes, which therefore remember what is said there.
    const [bob, eve] = [await here.connect('Bob'), await there.connect('Eve')];
    for (const client of [ann, bob, eve]) await client.request('room.join', { room });
    await ann.request('message.send', { room, ...draft() });
    await bob.request('message.send', { room, ...draft() });
    for (const client of [bob, eve]) await client.push('message.created', ({ seq }) => seq === 2);
    // Known to the other node by the name she had.
    await there.connect(undefined, { headers: { cookie, origin: there.url } });

    await rename(here, cookie, 'Anna');

    expect(await replayed(here, 2)).toEqual(['Anna', 'Bob']);
    await expect.poll(() => replayed(there, 2)).toEqual(['Anna', 'Bob']);
    const again = await there.connect(undefined, { headers: { cookie, origin: there.url } });
    expect(again.user.name).toBe('Anna');
  });
});

describe('a new name that another node could not tell us', () => {
  it('is found in the log once it can be heard again', async () => {
    const doubts = new Doubts();
    await using chat = await startChat({ channelLayer: doubts.layer() });
    const reader = await chat.connect('Bob');
    await reader.request('room.join', { room });
    const ann: User = { id: randomUUID(), name: 'Ann' };
    await chat.app.get(MessageService).send(ann, room, draft());
    await chat.app.get(RoomDirectory).renamePerson({ ...ann, name: 'Anna' });
    doubts.discontinuity.next('missed');
    expect(await replayed(chat, 1)).toEqual(['Anna']);
  });
});

describe('somebody who changes the name again and again', () => {
  it('is told to wait: five times at once are enough', async () => {
    await using chat = await startChat({ env: { RATE_LIMIT: true } });
    const cookie = await chat.signIn('Ann');
    const headers = { cookie, origin: chat.url, 'content-type': 'application/json' };
    const statuses = [];
    for (let n = 0; n < 7; n++) {
      const body = JSON.stringify({ name: `Ann ${n}` });
      statuses.push((await fetch(`${chat.url}/api/me`, { method: 'POST', headers, body })).status);
    }
    // Signing in as somebody of that name was the first one.
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429, 429]);
  });
});
