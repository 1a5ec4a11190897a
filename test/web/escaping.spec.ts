import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AuthProvider,
  ChatError,
  type Credentials,
  type Identity,
  type LobbyPageData,
  type RoomPageData,
} from '../../src/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { call, dataOf, type Page, TAG, textOf, Visitor } from './visitor.js';

/** Names as another system might give them: none of our own rules was asked. */
class AnyName extends AuthProvider {
  override async identify({ headers }: Credentials): Promise<Identity | null> {
    const name = decodeURIComponent(String(headers['x-name'] ?? 'nobody'));
    return { user: { id: name, name }, sessionId: name };
  }

  override async createGuest(): Promise<Identity> {
    throw new ChatError('unauthenticated', 'no guests');
  }

  override async rename(): Promise<Identity> {
    throw new ChatError('forbidden', 'names come from elsewhere');
  }
}

let chat: RunningChat;
beforeAll(async () => {
  chat = await startChat({ authProvider: AnyName });
});
afterAll(() => chat.close());

const vectors = [
  '<script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '<!--<script>alert(1)</script>-->',
  '</title><img src=x onerror=alert(1)>',
  '</textarea><svg onload=alert(1)>',
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus='alert(1)",
  '<iframe srcdoc="<script>alert(1)</script>">',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '\u2028alert(1)\u2029',
  ']]><script>alert(1)</script>',
  '{{constructor.constructor("alert(1)")()}}',
  '<a href="javascript:alert(1)">x</a>',
  '</template></noscript><b id=x>',
];

/** The tags of a page and what attributes they have, as a browser takes them apart. */
function shapeOf({ html }: Page): Set<string> {
  const tags = [...html.matchAll(TAG)].map(([, name, attributes = '']) => {
    const given = [...attributes.matchAll(/([^\s=/"']+)(?:=(?:"[^"]*"|'[^']*'|[^\s"']+))?/g)];
    return `${name} ${given.map(([, attribute]) => attribute).join(' ')}`;
  });
  return new Set(tags);
}

async function room(text: string, user: string, title: string) {
  const name = `r${randomUUID().slice(0, 8)}`;
  const headers = { 'x-name': encodeURIComponent(user) };
  await call(chat, '/api/rooms', { method: 'POST', headers, body: { name, title } });
  const body = { text, clientId: randomUUID() };
  const { status } = await call(chat, `/api/rooms/${name}/messages`, { method: 'POST', headers, body });
  expect(status).toBe(201);
  const visitor = new Visitor(chat, headers);
  return { room: await visitor.get(`/chat/${name}/`), lobby: await visitor.get('/chat/') };
}

describe('what people write', () => {
  it.each(vectors)('is text on the page and never part of it: %j', async (vector) => {
    const harmless = await room('harmless', 'Ann', 'A title');
    const pages = await room(vector, `N${vector}`, `T${vector}`);
    expect(shapeOf(pages.room)).toEqual(shapeOf(harmless.room));
    expect(shapeOf(pages.lobby)).toEqual(shapeOf(harmless.lobby));
    const [, title] = /<title>(.*?)<\/title>/s.exec(pages.room.html) ?? [];
    expect(title).not.toContain('<');

    const shown = dataOf<RoomPageData>(pages.room);
    expect(shown.history.messages[0]).toMatchObject({ text: vector, user: { name: `N${vector}` } });
    expect(shown.title).toBe(`T${vector}`.trim());
    expect(dataOf<LobbyPageData>(pages.lobby).rooms[0]?.last?.text).toBe(vector);
    if (!/[&\u2028]/u.test(vector)) expect(textOf(pages.room)).toContain(vector);
  });

  it.each(vectors)('is text in its field again where it is refused: %j', async (vector) => {
    const visitor = new Visitor(chat);
    const harmless = await visitor.post('/chat/refused/', {
      text: 'x'.repeat(4_001),
      clientId: randomUUID(),
    });
    const text = vector.padEnd(4_001, 'x');
    const page = await visitor.post('/chat/refused/', { text, clientId: randomUUID() });
    expect([page.status, shapeOf(page)]).toEqual([400, shapeOf(harmless)]);
    expect(dataOf<RoomPageData>(page).draft).toBe(text);
  });

  it('links to nothing but http and https, and tells no page that it came from here', async () => {
    const text = 'javascript:alert(1) data:text/html,x vbscript:x https://good.example/a"b http://a.example';
    const { html } = (await room(text, 'Ann', 'Links')).room;
    const links = [...html.matchAll(/<a\b[^>]*target="_blank"[^>]*>/g)].map(([tag]) => tag);
    expect(links.length).toBe(2);
    for (const tag of links) {
      expect(tag).toMatch(/href="https?:\/\//);
      expect(tag).toContain('rel="noopener noreferrer nofollow ugc"');
    }
    expect(html).not.toMatch(/href="(javascript|data|vbscript):/i);
  });

  it('is kept apart from the page around it where it changes direction', async () => {
    const { html } = (await room('\u202egnp.exe', 'Mallory\u202e', 'Title')).room;
    expect(html).toMatch(/<bdi>Mallory\u202e<\/bdi>/);
    expect(html).toMatch(/dir="auto"[^>]*>\u202egnp\.exe/);
  });
});
