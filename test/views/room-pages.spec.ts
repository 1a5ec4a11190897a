import { describe, expect, it } from 'vitest';
import type { RoomFormPages, RoomSettingsPageData } from '../../src/protocol/index.js';
import { operations } from '../../src/chat/room.rules.js';
import { renderPage } from '../../views/index.js';
import { attacks } from './attacks.js';
import { OWN, tagsOf } from './tags.js';

const page = { nonce: 'n0nce', assets: { scripts: ['/assets/main.js'], styles: ['/assets/style.css'] } };
const at = '2026-01-01T12:00:00.000Z';

function settings(text: string): RoomSettingsPageData {
  const user = { id: text, name: text, status: text, picture: 'p' };
  return {
    view: 'room-settings',
    me: { id: 'me', name: text },
    room: {
      room: text,
      title: text,
      topic: text,
      kind: 'private',
      online: 1,
      head: 1,
      me: { role: 'owner', may: [...operations] },
    },
    title: text,
    members: [{ user, role: 'moderator', mutedUntil: at }],
    bans: [{ user, until: at, reason: text }],
    invites: [{ id: text, by: user, expiresAt: at, usesLeft: 3 }],
    link: text,
    done: text,
    problems: { form: text, title: text, name: text, uses: text },
    values: { title: text, name: text, uses: text },
  };
}

/** Pages on which `text` stands wherever text from people can stand. */
function everywhere(text: string): RoomFormPages[] {
  const user = { id: text, name: text, status: text };
  const state = { problems: { form: text, names: text }, values: { names: text, title: text, name: text } };
  return [
    settings(text),
    { ...settings(text), room: { ...settings(text).room, me: { role: 'member', may: ['leave'] } } },
    { view: 'new-room', me: { id: 'me', name: text }, accounts: true, open: true, ...state },
    { view: 'invite', me: user, accounts: true, token: text, title: text, by: user, ...state },
    { view: 'person', me: { id: 'me', name: 'me' }, accounts: true, person: user, ...state },
    { view: 'person', me: { ...user, guest: true, id: 'x' }, accounts: true, person: user, ...state },
  ];
}

describe('a page about rooms and people, with text that wants to be script', () => {
  it.each(attacks)('shows it as text: %j', (text) => {
    for (const data of everywhere(text)) {
      const html = renderPage(data, page);
      for (const { name, attributes } of tagsOf(html)) {
        expect(name).toMatch(OWN);
        expect(
          Object.keys(attributes).filter((key) => /^(on|style$|srcdoc$|formaction$)/iu.test(key)),
        ).toEqual([]);
        if (attributes.action !== undefined) expect(attributes.action).toMatch(/^\/chat\//u);
        if (attributes.href !== undefined) expect(attributes.href).toMatch(/^\/(?!\/)/u);
        if (name === 'img') expect(attributes.src).toMatch(/^\/pictures\//u);
      }
      // They are forms: the browser's script has no part in them.
      expect(html).not.toContain('<script');
    }
  });
});

describe('the page about a room', () => {
  it('shows no form for what its visitor may not do', () => {
    const data = { ...settings('Den'), bans: undefined, invites: undefined, link: undefined };
    const plain = {
      ...data,
      room: { ...data.room, me: { role: 'member' as const, may: ['leave', 'members'] } },
    };
    const forms = (page_: RoomSettingsPageData) =>
      tagsOf(renderPage(page_, page))
        .filter(({ name, attributes }) => name === 'form' && attributes.action)
        .map(({ attributes }) => attributes.action);
    expect(forms(plain as RoomSettingsPageData)).toEqual(['/chat/Den/~settings/membership/']);
    expect(forms(settings('Den')).length).toBeGreaterThan(7);
  });
});
