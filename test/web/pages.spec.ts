import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LobbyPageData, RoomPageData, User } from '../../src/protocol/index.js';
import { MessageService } from '../../src/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { dataOf, formOf, type Page, textOf, Visitor } from './visitor.js';

let chat: RunningChat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.close());

const ann: User = { id: 'ann', name: 'Ann' };

async function say(room: string, ...texts: string[]): Promise<void> {
  for (const text of texts)
    await chat.app.get(MessageService).send(ann, room, { text, clientId: randomUUID() });
}

function nonceOf({ headers }: Page): string {
  return /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? 'none';
}

describe('the address of the server', () => {
  it('leads to the lobby', async () => {
    const { status, headers } = await new Visitor(chat).get('/');
    expect([status, headers.get('location')]).toEqual([302, '/chat/']);
  });
});

describe('the lobby', () => {
  it('shows the rooms there are and what was said last, with and without the last slash', async () => {
    await say('garden', 'first', 'the roses are in bloom');
    for (const path of ['/chat/', '/chat']) {
      const page = await new Visitor(chat).get(path);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.html).toContain('href="/chat/garden/"');
      expect(textOf(page)).toContain('the roses are in bloom');
    }
  });

  it.each([
    ['lobby', '/chat/lobby/'],
    ['été', '/chat/%C3%A9t%C3%A9/'],
    [' e\u0301te\u0301 ', '/chat/%C3%A9t%C3%A9/'],
    ['日本語', '/chat/%E6%97%A5%E6%9C%AC%E8%AA%9E/'],
  ])('sends who asks for the room %j on to it', async (room, location) => {
    const page = await new Visitor(chat).get(`/chat/?room=${encodeURIComponent(room)}`);
    expect([page.status, page.headers.get('location')]).toEqual([303, location]);
  });

  it.each(['a b', '../etc', '//evil.example', 'x'.repeat(65), '<b>', '~me'])(
    'says what is wrong with the room name %j, and leads nowhere',
    async (room) => {
      const page = await new Visitor(chat).get(`/chat/?room=${encodeURIComponent(room)}`);
      expect([page.status, page.headers.get('location')]).toEqual([400, null]);
      expect(textOf(page)).toContain('A room name is 1–64 letters');
    },
  );

  it('is the plain lobby where the field was left empty, or came twice', async () => {
    for (const query of ['?room=', '?room=%20', '?room=a&room=b', '?room[x]=a'])
      expect((await new Visitor(chat).get(`/chat/${query}`)).status).toBe(200);
  });
});

describe('every page', () => {
  it('allows only the scripts it brought itself, under a nonce that no other page has', async () => {
    const pages = [
      await new Visitor(chat).get('/chat/'),
      await new Visitor(chat).get('/chat/lobby/'),
      await new Visitor(chat).get('/chat/lobby/'),
      await new Visitor(chat).get('/chat/not%20a%20room/'),
    ];
    for (const page of pages) {
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      const scripts = [...page.html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
      expect(scripts.length).toBeGreaterThan(0);
      for (const tag of scripts) expect(tag).toContain(`nonce="${nonceOf(page)}"`);
      expect(page.html).not.toMatch(/\son\w+=|style=|javascript:/);
    }
    expect(new Set(pages.map(nonceOf)).size).toBe(4);
    expect(nonceOf(pages[0] as Page).length).toBeGreaterThanOrEqual(22);
  });

  it('is kept by nobody on its way, and does not say what served it', async () => {
    for (const path of ['/chat/', '/chat/lobby/', '/chat/not%20a%20room/', '/nowhere']) {
      const { headers } = await new Visitor(chat).get(path);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('may be asked for without its body', async () => {
    const response = await fetch(`${chat.url}/chat/lobby/`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('somebody who comes for the first time', () => {
  it('is a guest with a name, and still the same person on the next page', async () => {
    const visitor = new Visitor(chat);
    const first = dataOf<LobbyPageData>(await visitor.get('/chat/'));
    const second = dataOf<RoomPageData>(await visitor.get('/chat/lobby/'));
    expect(first.me).toMatchObject({ id: expect.any(String), guest: true });
    expect(second.me).toEqual(first.me);
    expect(textOf(await visitor.get('/chat/'))).toContain(first.me.name);
    expect(dataOf<LobbyPageData>(await new Visitor(chat).get('/chat/')).me.id).not.toBe(first.me.id);
  });

  it('gets one cookie, out of reach of scripts and of other sites', async () => {
    const { headers } = await new Visitor(chat).get('/chat/');
    const [cookie, ...more] = headers.getSetCookie();
    expect(more).toEqual([]);
    expect(cookie).toMatch(/^chat\.session_token=/);
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Lax/);
    expect(cookie).toMatch(/; Path=\/(;|$)/);
    expect(cookie).not.toMatch(/Domain|Secure/);
  });

  it('gets one that only https carries, where the server is reached over https', async () => {
    await using secure = await startChat({ env: { PUBLIC_URL: 'https://chat.example' } });
    const { headers } = await new Visitor(secure).get('/chat/');
    const [cookie] = headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-chat\.session_token=.*; Secure/);
    expect(cookie).not.toContain('Domain');
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/);
  });

  it('gets a new one in place of one that has ended', async () => {
    const visitor = new Visitor(chat);
    visitor.cookie = 'chat.session_token=torn';
    expect((await visitor.get('/chat/')).status).toBe(200);
    expect(visitor.cookie).not.toContain('torn');
  });
});

describe('a room', () => {
  it('shows its last fifty messages, and links to those before them', async () => {
    await say('long', ...Array.from({ length: 120 }, (_, n) => `message number ${n + 1}.`));
    const visitor = new Visitor(chat);
    const shown = (page: Page) =>
      [...page.html.matchAll(/<li[^>]* data-seq="(\d+)".*?message number (\d+)\./gs)].map(
        ([, seq, number]) => (seq === number ? Number(number) : NaN),
      );
    const numbers = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, n) => first + n);

    const newest = await visitor.get('/chat/long/');
    expect(shown(newest)).toEqual(numbers(71, 120));
    expect(dataOf<RoomPageData>(newest)).toMatchObject({ history: { head: 120, more: true } });
    expect(newest.html).toContain('href="?before=71"');
    expect(newest.html).not.toContain('Show the newest');

    const older = await visitor.get('/chat/long/?before=71');
    expect(shown(older)).toEqual(numbers(21, 70));
    expect(older.html).toContain('<a href="/chat/long/">Show the newest</a>');
    const oldest = await visitor.get('/chat/long/?before=21');
    expect(shown(oldest)).toEqual(numbers(1, 20));
    expect(oldest.html).not.toContain('href="?before=');
    for (const nonsense of ['x', '-1', '0', '', '1&before=2'])
      expect(shown(await visitor.get(`/chat/long/?before=${nonsense}`))).toEqual(numbers(71, 120));
  });

  it('that nobody entered yet is made by entering it', async () => {
    expect((await new Visitor(chat).get('/chat/brand_new/')).status).toBe(200);
    expect((await new Visitor(chat).get('/chat/')).html).toContain('href="/chat/brand_new/"');
  });

  it.each(['not%20a%20room', 'a.b', '%F0%9F%98%80', 'x'.repeat(65), 'e%CC%81', '__proto__%00'])(
    'cannot be called %s, and the page says so',
    async (name) => {
      const page = await new Visitor(chat).get(`/chat/${name}/`);
      expect([page.status, textOf(page)]).toEqual([400, expect.stringContaining('A room name is')]);
    },
  );

  it('may be called as JavaScript calls things', async () => {
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect((await new Visitor(chat).get(`/chat/${name}/`)).status).toBe(200);
    expect(formOf(await new Visitor(chat).get('/chat/__proto__/'), '/chat/__proto__/')).toHaveProperty(
      'text',
    );
  });
});
