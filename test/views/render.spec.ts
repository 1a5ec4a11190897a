import { h } from 'preact';
import { describe, expect, it } from 'vitest';
import type { PageData, RoomPageData } from '../../src/protocol/http.js';
import { renderPage } from '../../views/index.js';
import { attacks } from './attacks.js';
import { message, pageOf, roomData } from './support.js';
import { OWN, tagsOf } from './tags.js';

const page = { nonce: 'n0nce', assets: { scripts: ['/assets/main.js'], styles: ['/assets/style.css'] } };

function dataOf(html: string): unknown {
  const json = /<script type="application\/json" id="page-data"[^>]*>([^<]*)<\/script>/u.exec(html)?.[1];
  return JSON.parse(json ?? 'null');
}

/** A page on which `text` stands wherever text from people can stand. */
function everywhere(text: string): RoomPageData {
  const user = { id: text, name: text };
  return roomData({
    me: user,
    title: text,
    topic: text,
    members: [user, { id: 'u-2', name: text }],
    history: {
      ...pageOf(3, { limit: 50 }),
      messages: [
        message(1, { text, user, reactions: [{ emoji: text, user, seq: 2 }] }),
        message(2, { text, clientId: text, id: text, editedAt: message(3).at }),
        message(3, { room: text }),
      ],
    },
    error: text,
    draft: text,
    editing: { id: text, text },
    clientId: text,
    rooms: [
      {
        room: text,
        title: text,
        topic: text,
        kind: 'public',
        online: 1,
        head: 1,
        last: { user, text, at: message(1).at },
      },
      { room: text, title: '', topic: text, kind: 'direct', online: 0, head: 0, people: [user] },
      { room: text, title: text, topic: text, kind: 'private', online: 0, head: 0 },
    ],
  });
}

describe('a page with text that wants to be script', () => {
  it('knows enough attacks', () => expect(new Set(attacks).size).toBeGreaterThanOrEqual(100));

  it.each(attacks)('shows it as text: %j', (text) => {
    const rooms = everywhere(text).rooms ?? [];
    const unsent = { action: '/chat/lobby/', text, clientId: text };
    const pages: PageData[] = [
      everywhere(text),
      { view: 'lobby', me: { id: text, name: text }, rooms, error: text },
      { view: 'error', status: 404, title: text, detail: text, unsent },
    ];
    for (const data of pages) {
      const html = renderPage(data, page);
      for (const { name, attributes } of tagsOf(html)) {
        expect(name).toMatch(OWN);
        expect(
          Object.keys(attributes).filter((key) => /^(on|style$|srcdoc$|formaction$)/iu.test(key)),
        ).toEqual([]);
        if (name === 'script' && attributes.src !== undefined) expect(attributes.src).toBe('/assets/main.js');
        if (attributes.action !== undefined)
          expect(attributes.action).toMatch(/^\/chat\/[^/]*\/?(messages\/[^/]+)?$/u);
        if (attributes.href !== undefined) expect(attributes.href).toMatch(/^(?:https?:\/\/|\/(?!\/)|#|\?)/u);
        if (attributes.target === '_blank') {
          expect(attributes.rel).toBe('noopener noreferrer nofollow ugc');
        }
      }
      expect(html.match(/<script/gu)).toHaveLength(2);
      // A lone surrogate is no text that can be sent; JSON keeps it as an escape.
      expect(dataOf(html)).toEqual(JSON.parse(JSON.stringify(data)));
    }
  });
});

describe('the page without a script', () => {
  it('has its messages, a form that posts, and a link to what is older', () => {
    const html = renderPage(roomData({ history: pageOf(120, { limit: 50 }), draft: 'half a thought' }), page);
    expect(html.match(/<li class="message/gu)).toHaveLength(50);
    expect(html).toContain('href="?before=71"');
    const tags = tagsOf(html);
    const form = tags.find(({ attributes }) => attributes.class === 'composer');
    expect(form?.attributes).toMatchObject({ method: 'post', action: '/chat/lobby/' });
    expect(html).toMatch(/<textarea[^>]* name="text"[^>]*>half a thought<\/textarea>/u);
  });

  it('has a clientId of its own each time it is drawn, unless the server repeats one', () => {
    const id = (html: string): string | undefined => /name="clientId" value="([^"]*)"/u.exec(html)?.[1];
    const [one, two] = [renderPage(roomData(), page), renderPage(roomData(), page)].map(id);
    expect(one).toMatch(/^[A-Za-z0-9_-]{8,64}$/u);
    expect(one).not.toBe(two);
    expect(id(renderPage(roomData({ clientId: 'kept-as-it-was' }), page))).toBe('kept-as-it-was');
  });

  it('lets one enter a room and change one’s name', () => {
    const html = renderPage({ view: 'lobby', me: roomData().me, rooms: [] }, page);
    const forms = tagsOf(html).filter(({ name, attributes }) => name === 'form' && attributes.method);
    expect(forms.map(({ attributes }) => [attributes.method, attributes.action])).toEqual([
      ['post', '/chat/~me/'],
      ['get', '/chat/'],
    ]);
    expect(html).toContain('No rooms yet');
  });
});

describe('a team’s view', () => {
  it('comes before the one of the same name, and the others stay', () => {
    const mine = { lobby: () => h('h1', null, 'Our lobby') };
    expect(renderPage({ view: 'lobby', me: roomData().me, rooms: [] }, page, mine)).toContain(
      '<h1>Our lobby</h1>',
    );
    expect(renderPage(roomData(), page, mine)).toContain('class="composer"');
  });
});
