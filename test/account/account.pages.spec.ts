import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { call, formOf, textOf } from '../web/visitor.js';
import { Browser, password, register } from './browser-without-script.js';
import { jpegOf, pngOf, webpOf } from './pictures.js';

let chat: RunningChat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.close());

const home = '/chat/~account/';
const upload = (browser: Browser, bytes: Buffer, type = 'image/png') => {
  const form = new FormData();
  form.set('picture', new Blob([new Uint8Array(bytes)], { type }), 'me.png');
  return browser.post(`${home}picture/`, form);
};
const pictureIn = (html: string) => /src="\/pictures\/([\w-]+)"/.exec(html)?.[1];

describe('a profile', () => {
  it('has a name and a status that others see, and says that it is saved', async () => {
    const browser = await register(chat.url, 'Prof');
    const watcher = await chat.connect('Watcher');
    await watcher.request('room.join', { room: 'profile' });
    const own = await chat.connect(undefined, { headers: { cookie: browser.cookie, origin: chat.url } });
    await own.request('room.join', { room: 'profile' });

    const text = await browser.fill(home, `${home}profile/`, { name: 'Professor', status: 'on holiday' });

    expect(text).toContain('Your profile is saved.');
    const changed = await watcher.push('presence', ({ joined }) =>
      joined.some(({ status }) => status === 'on holiday'),
    );
    expect(changed.joined).toContainEqual({ id: own.user.id, name: 'Professor', status: 'on holiday' });
    const stranger = new Browser(chat.url);
    expect(textOf(await stranger.get(`/chat/~person/${own.user.id}/`))).toContain('Professor on holiday');
  });

  it.each([
    [{ name: 'pаypal', status: 'fine' }, 400, 'profile-name'],
    [{ name: 'Admin', status: 'fine' }, 409, 'profile-name'],
    [{ name: 'Fine', status: 'x'.repeat(81) }, 400, 'profile-status'],
    [{ name: 'Fine', status: 'a\u202eb' }, 400, 'profile-status'],
  ])('says beside the field what is wrong, and keeps what was typed: %j', async (fields, status, id) => {
    const browser = await register(chat.url, 'Fine').catch(async () => {
      const again = new Browser(chat.url);
      await again.post('/chat/~sign-in/', { username: 'Fine', password });
      return again;
    });
    const page = await browser.post(`${home}profile/`, fields);
    expect(page.status).toBe(status);
    expect(page.html).toMatch(new RegExp(`<input[^>]*id="${id}"[^>]*aria-invalid="true"`));
    expect(formOf(page, `${home}profile/`).status).toBe(fields.status);
  });

  it('is for whoever is signed in; others are asked to', async () => {
    expect((await new Browser(chat.url).get(home)).location).toContain('/chat/~sign-in/');
    const guest = new Browser(chat.url);
    await guest.get('/chat/');
    expect((await guest.get(home)).location).toContain('/chat/~sign-in/');
  });
});

describe('a picture', () => {
  it.each([
    ['PNG', pngOf(64, 64), 'image/png'],
    ['JPEG', jpegOf(64, 48), 'image/jpeg'],
    ['WebP', webpOf(64, 64), 'image/webp'],
  ])(
    'of %s is shown to everybody, under a name that nobody guesses, and does nothing but be seen',
    async (_n, bytes, type) => {
      const browser = await register(chat.url, `Pic-${type.slice(6)}`);
      expect((await upload(browser, bytes, 'text/html')).location).toBe(`${home}?done=picture`);
      const id = pictureIn((await browser.get(home)).html);
      expect(id).toMatch(/^[\w-]{22}$/);
      const response = await fetch(`${chat.url}/pictures/${id}`);
      expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': type,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'content-disposition': 'attachment',
        'cache-control': 'public, max-age=31536000, immutable',
      });
    },
  );

  it('is on what the person says, live and later, until it is taken away', async () => {
    const browser = await register(chat.url, 'Shown');
    await upload(browser, pngOf(10, 10));
    const id = pictureIn((await browser.get(home)).html);
    const listener = await chat.connect('Listener');
    await listener.request('room.join', { room: 'pictures' });
    const post = { text: 'look', clientId: crypto.randomUUID() };
    await browser.post('/chat/pictures/', post);
    expect((await listener.push('message.created')).user.picture).toBe(id);
    expect((await browser.get('/chat/pictures/')).html).toContain(`/pictures/${id}`);

    expect(textOf(await browser.get((await browser.post(`${home}picture/remove/`, {})).location))).toContain(
      'changed',
    );
    const { body } = await call(chat, '/api/rooms/pictures/messages');
    expect(JSON.stringify(body)).not.toContain(id);
    expect((await fetch(`${chat.url}/pictures/${id}`)).status).toBe(404);
  });

  it.each([
    ['a page called PNG', Buffer.from('<!doctype html><script>alert(1)</script>'), 415],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 415],
    ['GIF', Buffer.from('GIF89a'.padEnd(64, '\0')), 415],
    ['nothing', Buffer.alloc(0), 415],
    ['more than 512 KiB', Buffer.concat([pngOf(10, 10), Buffer.alloc(512 * 1024)]), 413],
    ['more points than a screen has', pngOf(50_000, 50_000), 413],
    ['a torn JPEG', jpegOf(10, 10).subarray(0, 8), 415],
  ])('of %s is refused beside its field', async (_name, bytes, status) => {
    const browser = await register(chat.url, `No-${status}-${bytes.length}`);
    const page = await upload(browser, bytes);
    expect(page.status).toBe(status);
    expect(page.html).toMatch(/<input[^>]*id="profile-picture"[^>]*aria-invalid="true"/);
    expect(pictureIn(page.html)).toBeUndefined();
  });

  it.each(['..%2f..%2fetc%2fpasswd', 'x', `${'a'.repeat(22)}`, '%00'])(
    'that is none is not there: %s',
    async (id) => {
      expect((await fetch(`${chat.url}/pictures/${id}`)).status).toBe(404);
    },
  );
});

describe('a password', () => {
  it('is changed with the old one, and says so', async () => {
    const browser = await register(chat.url, 'Changer');
    const next = { currentPassword: password, newPassword: 'seven swans a swimming' };
    expect(
      (await browser.post(`${home}password/`, { ...next, currentPassword: 'not the one' })).html,
    ).toMatch(/id="password-currentPassword"[^>]*aria-invalid="true"/);
    expect(await browser.fill(home, `${home}password/`, next)).toContain('Your password is changed');
    const again = await new Browser(chat.url).post('/chat/~sign-in/', { username: 'Changer', password });
    expect(again.status).toBe(401);
  });
});

describe('where one is signed in', () => {
  it('is listed by device, and each can be ended from another one', async () => {
    const here = await register(chat.url, 'Roamer');
    const phone = new Browser(chat.url, {
      'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1',
    });
    await phone.post('/chat/~sign-in/', { username: 'Roamer', password });
    const page = await here.get(home);
    expect(textOf(page)).toContain('Safari on iPhone');
    const end = /name="end" value="(\w+)"\/?><button[^>]*aria-label="Sign out Safari on iPhone"/.exec(
      page.html,
    )?.[1];
    expect(end).toBeDefined();
    const stranger = await register(chat.url, 'Stranger');
    await stranger.post(`${home}sessions/`, { end: String(end) });
    expect((await phone.get(home)).status).toBe(200);
    await here.post(`${home}sessions/`, { end: String(end) });
    expect((await phone.get(home)).location).toContain('~sign-in');
    expect((await here.get(home)).status).toBe(200);
  });
});
