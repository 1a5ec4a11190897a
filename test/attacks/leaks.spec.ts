import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Storage } from '../../src/chat/storage.js';
import type { AuthTables } from '../../src/database/auth.tables.js';
import { startChat } from '../../src/testing/index.js';
import { Browser, password } from '../account/browser-without-script.js';
import { routesOf } from './routes.house.js';

describe('what others know of a person', () => {
  it('is what they are called, and nothing of how they sign in, on any page, answer or frame', async () => {
    await using chat = await startChat();
    const ann = new Browser(chat.url, { 'user-agent': 'Canary/4711' });
    await ann.get('/chat/lobby/');
    await ann.post('/chat/~register/', { username: 'canary-login', name: 'Ann', password });
    const tables = chat.app.get(Storage).database.kysely.withTables<AuthTables>();
    const user = await tables.selectFrom('user').selectAll().executeTakeFirstOrThrow();
    const sessions = await tables.selectFrom('session').selectAll().execute();
    const account = await tables.selectFrom('account').selectAll().executeTakeFirstOrThrow();
    const canaries = [
      'canary-login',
      'Canary/4711',
      user.email,
      String(account.password),
      '$argon2',
      account.id,
    ];
    for (const { id, token } of sessions) canaries.push(id, token);

    const mallory = new Browser(chat.url);
    await mallory.get('/chat/');
    const socket = await chat.connect(undefined, { headers: { cookie: mallory.cookie, origin: chat.url } });
    const joined = await socket.request('room.join', { room: 'lobby' });
    await ann.post('/chat/~me/', { name: 'Ann again' });
    await ann.post('/chat/lobby/', { text: 'hello', clientId: randomUUID() });
    const seen = [JSON.stringify([joined, await socket.push('message.created')])];
    for (const { method, path } of routesOf(chat))
      if (method === 'GET') {
        const page = await mallory.get(path);
        seen.push(page.html, JSON.stringify([...page.headers]));
      }
    expect(seen.join()).toContain('Ann again');
    for (const canary of canaries) expect(seen.filter((text) => text.includes(canary))).toEqual([]);
  });
});

describe('a link that an administrator hands over', () => {
  it('is of the address that the operator set, whatever the Host of the request says', async () => {
    await using chat = await startChat({ env: { PUBLIC_URL: 'http://chat.example' } });
    const own = { origin: 'http://chat.example' };
    const boss = new Browser(chat.url);
    await boss.post('/chat/~register/', { username: 'Boss', password }, own);
    const ann = new Browser(chat.url);
    await ann.post('/chat/~register/', { username: 'Ann', password }, own);
    const tables = chat.app.get(Storage).database.kysely.withTables<AuthTables>();
    const query = tables.selectFrom('user').select('id').where('username', '=', 'ann');
    const { id } = await query.executeTakeFirstOrThrow();
    const page = await boss.post('/chat/~admin/', { user: id, action: 'reset' }, own);
    expect(page.html).toContain('http://chat.example/chat/~reset/?token=');
    expect(page.html).not.toContain(chat.url);
  });
});

describe('a password that is changed', () => {
  it('closes the sockets of every other device, and lets this one come back', async () => {
    await using chat = await startChat();
    const here = new Browser(chat.url);
    await here.post('/chat/~register/', { username: 'Ann', password });
    const there = new Browser(chat.url);
    await there.post('/chat/~sign-in/', { username: 'Ann', password });
    const open = ({ cookie }: Browser) => chat.connect(undefined, { headers: { cookie, origin: chat.url } });
    const [mine, other] = [await open(here), await open(there)];
    const fields = { currentPassword: password, newPassword: 'nine ladies dancing' };
    expect((await here.post('/chat/~account/password/', fields)).status).toBe(303);
    expect((await other.closed).code).toBe(4501);
    expect((await mine.closed).code).toBe(4000);
    expect((await open(here)).user.name).toBe('Ann');
    expect((await there.get('/chat/~account/')).location).toContain('~sign-in');
  });
});
