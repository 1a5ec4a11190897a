import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoomDetail, RoomInvite, RoomSummary } from '../../src/protocol/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { Person } from './people.js';

let chat: RunningChat;
let boss: Person;
let ann: Person;
let bob: Person;
let cid: Person;
beforeAll(async () => {
  chat = await startChat();
  boss = await Person.registered(chat, 'Boss');
  [ann, bob, cid] = (await Promise.all(
    ['Ann', 'Bob', 'Cid'].map((name) => Person.registered(chat, name)),
  )) as [Person, Person, Person];
});
afterAll(() => chat.close());

const message = () => ({ text: 'a word', clientId: randomUUID() });
const rooms = async (person: Person) => (await person.call('GET', '/api/rooms')).body.rooms as RoomSummary[];
const priv = async (owner: Person, title = 'Den') =>
  (await owner.call('POST', '/api/rooms', { kind: 'private', title })).body as unknown as RoomDetail;
const add = (owner: Person, room: string, who: Person) =>
  owner.call('PUT', `/api/rooms/${room}/members/${who.id}`, {});
const send = (person: Person, room: string) => person.call('POST', `/api/rooms/${room}/messages`, message());

describe('a direct conversation', () => {
  it('is one for the same people, whoever of them opens it, however often, all at once', async () => {
    const opened = await Promise.all([
      ann.call('POST', '/api/rooms', { with: [bob.id] }),
      bob.call('POST', '/api/rooms', { with: [ann.id, bob.id, ann.id] }),
      ann.call('POST', '/api/rooms', { kind: 'direct', with: [bob.id] }),
    ]);
    expect(new Set(opened.map(({ body }) => body.room)).size).toBe(1);
    expect(opened.map(({ status }) => status).toSorted()).toEqual([200, 200, 201]);
    const three = await ann.call('POST', '/api/rooms', { with: [bob.id, cid.id] });
    expect(three.status).toBe(201);
    expect(three.body.room).not.toBe(opened[0].body.room);
  });

  it('is called after the others, and listed for its people alone', async () => {
    const { body } = await ann.call('POST', '/api/rooms', { with: [cid.id] });
    const found = (list: RoomSummary[]) => list.find(({ room }) => room === body.room);
    expect(found(await rooms(ann))).toMatchObject({ kind: 'direct', title: '', people: [{ name: 'Cid' }] });
    expect(found(await rooms(cid))).toMatchObject({ people: [{ name: 'Ann' }] });
    expect(found(await rooms(bob))).toBeUndefined();
    expect(found(await rooms(boss))).toBeUndefined();
  });

  it('has two to twenty people, all of them with an account', async () => {
    const guest = await Person.guest(chat, 'Gast');
    const crowd = Array.from({ length: 20 }, () => randomUUID());
    const answers = [];
    for (const people of [[ann.id], [guest.id], ['nobody'], crowd, []])
      answers.push(await ann.call('POST', '/api/rooms', { with: people }));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [400, 'bad_schema'],
      [404, 'not_found'],
      [404, 'not_found'],
      [400, 'bad_schema'],
      [400, 'bad_schema'],
    ]);
    const refused = await guest.call('POST', '/api/rooms', { with: [ann.id] });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
  });

  it('is nobody’s to rule, not even an administrator’s to find', async () => {
    const { body } = await ann.call('POST', '/api/rooms', { with: [bob.id] });
    const room = String(body.room);
    expect((await ann.call('DELETE', `/api/rooms/${room}/members/${bob.id}`)).status).toBe(403);
    expect((await add(ann, room, cid)).status).toBe(403);
    expect((await boss.call('GET', `/api/rooms/${room}`)).status).toBe(404);
    expect((await send(boss, room)).status).toBe(404);
  });
});

describe('an invitation', () => {
  const invite = async (room: string, wish: object = {}) =>
    (await ann.call('POST', `/api/rooms/${room}/invites`, wish)).body as unknown as RoomInvite;
  const accept = (person: Person, token = '') => person.call('POST', `/api/invites/${token}`);

  it('makes a member, once for each; it is listed without its token, and ends when it is taken back', async () => {
    const { room } = await priv(ann);
    const { id, token } = await invite(room);
    expect((await accept(bob, token)).body).toEqual({ room });
    expect((await accept(bob, token)).body).toEqual({ room, dup: true });
    expect((await send(bob, room)).status).toBe(201);
    const { body } = await ann.call('GET', `/api/rooms/${room}/invites`);
    expect(body.invites).toMatchObject([{ id, by: { name: 'Ann' } }]);
    expect(JSON.stringify(body)).not.toContain(token);
    expect((await ann.call('DELETE', `/api/rooms/${room}/invites/${id}`)).status).toBe(204);
    expect((await accept(cid, token)).status).toBe(404);
  });

  it('is used by as many as it says, also where all come at once', async () => {
    const { room } = await priv(ann);
    const { token } = await invite(room, { uses: 1 });
    const both = await Promise.all([accept(bob, token), accept(cid, token)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 404]);
  });

  it('is over when its time is', async () => {
    const { room } = await priv(ann);
    const { token, expiresAt } = await invite(room, { expiresInSeconds: 60 });
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);
    const now = Date.now;
    Date.now = () => now() + 61_000;
    const late = await accept(bob, token).finally(() => (Date.now = now));
    expect([late.status, late.body.code]).toEqual([404, 'not_found']);
  });

  it('brings in neither guests nor the banned', async () => {
    const { room } = await priv(ann);
    const { token } = await invite(room);
    expect((await accept(await Person.guest(chat, 'Gustl'), token)).status).toBe(403);
    await ann.call('PUT', `/api/rooms/${room}/bans/${cid.id}`, {});
    expect((await accept(cid, token)).status).toBe(404);
  });
});

describe('a room that somebody owns', () => {
  it('keeps an owner, until there is another one', async () => {
    const { room } = await priv(ann);
    await add(ann, room, bob);
    const alone = await ann.call('DELETE', `/api/rooms/${room}/members/me`);
    expect([alone.status, alone.body.code]).toEqual([403, 'forbidden']);
    await ann.call('PUT', `/api/rooms/${room}/members/${bob.id}`, { role: 'owner' });
    expect((await ann.call('DELETE', `/api/rooms/${room}/members/me`)).status).toBe(200);
    expect((await ann.call('GET', `/api/rooms/${room}`)).status).toBe(404);
    const { body } = await bob.call('GET', `/api/rooms/${room}/members`);
    expect(body.members).toMatchObject([{ user: { name: 'Bob' }, role: 'owner' }]);
  });

  it('is ruled from above only: owners over moderators, moderators over members', async () => {
    const { room } = await priv(ann);
    for (const who of [bob, cid]) await add(ann, room, who);
    await ann.call('PUT', `/api/rooms/${room}/members/${bob.id}`, { role: 'moderator' });
    const path = `/api/rooms/${room}/members`;
    expect((await bob.call('DELETE', `${path}/${ann.id}`)).status).toBe(403);
    expect((await cid.call('DELETE', `${path}/${bob.id}`)).status).toBe(403);
    expect((await bob.call('PUT', `${path}/${cid.id}`, { role: 'owner' })).status).toBe(403);
    expect((await bob.call('DELETE', `${path}/${cid.id}`)).status).toBe(200);
  });

  it('shows nobody that who is muted is typing, and says so to them', async () => {
    const { room } = await priv(ann);
    await add(ann, room, bob);
    await using socket = await bob.socket();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await ann.call('PUT', `/api/rooms/${room}/mutes/${bob.id}`, { until });
    await expect(socket.request('typing', { room })).rejects.toMatchObject({ code: 'forbidden' });
    await ann.call('DELETE', `/api/rooms/${room}/mutes/${bob.id}`);
    expect(await socket.request('typing', { room })).toEqual({});
  });

  it('says so to who is muted, and when that ends', async () => {
    const { room } = await priv(ann);
    await add(ann, room, bob);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await ann.call('PUT', `/api/rooms/${room}/mutes/${bob.id}`, { until });
    expect(await send(bob, room)).toMatchObject({
      status: 403,
      body: { code: 'forbidden', detail: `you are muted until ${until}` },
    });
    expect((await bob.call('GET', `/api/rooms/${room}`)).body.me).toMatchObject({ mutedUntil: until });
    await ann.call('DELETE', `/api/rooms/${room}/mutes/${bob.id}`);
    expect((await send(bob, room)).status).toBe(201);
  });

  it('is slow where that is wished, for all but who keeps order', async () => {
    const { room } = await priv(ann);
    await add(ann, room, bob);
    await ann.call('PATCH', `/api/rooms/${room}`, { slowModeSeconds: 60 });
    expect((await send(bob, room)).status).toBe(201);
    const again = await send(bob, room);
    expect([again.status, again.body.code]).toEqual([429, 'rate_limited']);
    expect(again.body.retryAfterMs).toBeGreaterThan(50_000);
    for (let n = 0; n < 3; n++) expect((await send(ann, room)).status).toBe(201);
  });

  it('is only read when it is archived, until it is opened again', async () => {
    const { room } = await priv(ann);
    await ann.call('PATCH', `/api/rooms/${room}`, { archived: true });
    expect((await send(ann, room)).status).toBe(403);
    expect((await ann.call('GET', `/api/rooms/${room}/messages`)).status).toBe(200);
    await ann.call('PATCH', `/api/rooms/${room}`, { archived: false });
    expect((await send(ann, room)).status).toBe(201);
  });

  it('stores nothing twice where a request is repeated', async () => {
    const { room } = await priv(ann);
    const first = await add(ann, room, bob);
    expect((await add(ann, room, bob)).body).toEqual({ seq: first.body.seq, dup: true });
    const { head } = (await ann.call('GET', `/api/rooms/${room}`)).body as unknown as RoomDetail;
    expect(head).toBe(first.body.seq);
  });

  it('shows whoever is banned that it is there, and not a word of what is said', async () => {
    const { room } = (await ann.call('POST', '/api/rooms', { name: `open-${randomUUID()}` }))
      .body as unknown as RoomDetail;
    const text = 'not for everybody any more';
    await ann.call('POST', `/api/rooms/${room}/messages`, { text, clientId: randomUUID() });
    const listed = async (person: Person) => (await rooms(person)).find((each) => each.room === room);
    expect(await listed(bob)).toMatchObject({ last: { text } });
    await ann.call('PUT', `/api/rooms/${room}/bans/${bob.id}`, {});
    expect(await listed(bob)).toMatchObject({ room });
    expect(await listed(bob)).not.toHaveProperty('last');
    expect((await bob.browser?.get('/chat/'))?.html).toContain(room);
    expect((await bob.browser?.get('/chat/'))?.html).not.toContain(text);
    await ann.call('DELETE', `/api/rooms/${room}/bans/${bob.id}`);
    expect(await listed(bob)).toMatchObject({ last: { text } });
  });

  it('is not ruled any more by an administrator who is none any more, though they just did', async () => {
    const eve = await Person.registered(chat, 'Eve');
    const office = (action: string) => boss.browser?.post('/chat/~admin/', { user: eve.id, action });
    const { room } = (await ann.call('POST', '/api/rooms', { name: `open-${randomUUID()}` }))
      .body as unknown as RoomDetail;
    await office('promote');
    await ann.call('PUT', `/api/rooms/${room}/bans/${eve.id}`, {});
    expect((await send(eve, room)).status).toBe(201);
    await office('demote');
    expect((await send(eve, room)).status).toBe(403);
  });
});
