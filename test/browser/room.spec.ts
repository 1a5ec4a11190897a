import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keepPicture, keptSends, TestBrowser, texts, write } from '../support/browser.js';
import { temporaryFolder } from '../support/folder.js';
import { ServerProcess } from '../support/server-process.js';

let browser: TestBrowser;
let server: ServerProcess;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let room = 0;
const env = () => ({ DATABASE_URL: folder.databaseUrl, RATE_LIMIT: 'off', DRAIN_DELAY_MS: '0' });

beforeAll(async () => {
  folder = await temporaryFolder();
  [browser, server] = await Promise.all([TestBrowser.start(), ServerProcess.start(env())]);
});
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  room++;
  browser.complaints.length = 0;
});

const address = () => `${server.url}/chat/room-${room}/`;
/** Waits until the page shows so many people in the room. */
async function peopleOnline(page: Page, count: number): Promise<void> {
  await expect.poll(() => page.locator('.room-count').textContent()).toContain(String(count));
}

describe('two people in a room', () => {
  it('see each other, and what they write, at once and in one order', async () => {
    const ann = await browser.person();
    const bob = await browser.person({ colorScheme: 'dark' });
    await ann.goto(address());
    await bob.goto(address());
    await peopleOnline(ann, 2);
    await peopleOnline(bob, 2);

    for (let round = 1; round <= 5; round++) {
      await write(ann, `Ann ${round}`);
      await write(bob, `Bob ${round}`);
    }

    await expect.poll(async () => (await texts(ann)).length).toBe(10);
    await expect.poll(() => texts(bob)).toEqual(await texts(ann));
    await expect.poll(() => ann.locator('.message .delivery.pending').count()).toBe(0);
    await keepPicture(ann, 'room-desktop-light');
    await keepPicture(bob, 'room-desktop-dark');
    expect(browser.complaints).toEqual([]);
  });

  it('see who is typing', async () => {
    const [ann, bob] = [await browser.person(), await browser.person()];
    await ann.goto(address());
    await bob.goto(address());
    await peopleOnline(ann, 2);
    const shown = async () => {
      await bob.locator('textarea').pressSequentially('some words');
      return ann.locator('.typing').textContent();
    };
    await expect.poll(shown).toMatch(/is typing/);
  });

  it('see the new name of who changes it, on old messages too', async () => {
    const [ann, bob] = [await browser.person(), await browser.person()];
    await ann.goto(address());
    await bob.goto(address());
    await peopleOnline(ann, 2);
    await write(ann, 'before');
    await ann.locator('.me-menu summary').first().click();
    const field = ann.locator('.me-menu input[name=name]').first();
    await field.fill('Ann of Green Gables');
    await field.press('Enter');
    await expect.poll(() => bob.locator('.people-list').textContent()).toContain('Ann of Green Gables');
    await bob.reload();
    await expect
      .poll(() => bob.locator('.message .author').first().textContent())
      .toBe('Ann of Green Gables');
    expect(browser.complaints).toEqual([]);
  });
});

describe('somebody who loses the connection', () => {
  it('is told so, keeps writing, and has everything once when it is back', async () => {
    const [ann, bob] = [await browser.person(), await browser.person()];
    await ann.goto(address());
    await bob.goto(address());
    await peopleOnline(ann, 2);
    await write(ann, 'before');
    await expect.poll(() => texts(bob)).toEqual(['before']);

    const { port } = new URL(server.url);
    await server.kill();
    await expect.poll(() => bob.locator('.banner').count()).toBe(1);
    await write(bob, 'written while away');
    await expect.poll(() => bob.locator('.message.pending').count()).toBe(1);
    await keepPicture(bob, 'room-reconnecting');

    server = await ServerProcess.start({ ...env(), PORT: port });
    await expect.poll(() => texts(ann)).toEqual(['before', 'written while away']);
    await expect.poll(() => texts(bob)).toEqual(['before', 'written while away']);
    await expect.poll(() => bob.locator('.banner').count()).toBe(0);
  }, 180_000);

  it('gets what others wrote meanwhile, after being offline', async () => {
    const [ann, bob] = [await browser.person(), await browser.person()];
    await ann.goto(address());
    await bob.goto(address());
    await peopleOnline(ann, 2);
    await bob.evaluate(() => undefined);
    await bob.context().setOffline(true);
    for (let n = 1; n <= 5; n++) await write(ann, `missed ${n}`);
    await expect.poll(async () => (await texts(ann)).length).toBe(5);
    await bob.context().setOffline(false);
    await expect.poll(() => texts(bob), { timeout: 60_000 }).toEqual(await texts(ann));
  }, 180_000);
});

describe('a page that is closed before its message was acknowledged', () => {
  it('leaves the message to the next one, which sends it once', async () => {
    const [ann, bob] = [await browser.person(), await browser.person()];
    await ann.goto(address());
    await bob.goto(address());
    await peopleOnline(ann, 2);
    const { port } = new URL(server.url);
    await server.kill();
    await expect.poll(() => bob.locator('.banner').count()).toBe(1);
    await write(bob, 'typed in vain?');
    await expect.poll(() => bob.locator('.message.pending').count()).toBe(1);
    await expect.poll(() => keptSends(bob)).toBe(1);
    const context = bob.context();
    await bob.close();

    server = await ServerProcess.start({ ...env(), PORT: port });
    const again = await context.newPage();
    await again.goto(address());
    await expect.poll(() => texts(again)).toEqual(['typed in vain?']);
    await expect.poll(() => texts(ann)).toEqual(['typed in vain?']);
    await again.reload();
    await expect.poll(() => keptSends(again)).toBe(0);
    expect(await texts(again)).toEqual(['typed in vain?']);
  }, 180_000);
});

describe('a browser that keeps nothing', () => {
  it.each([
    [
      'blocks its database',
      "IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); }",
    ],
    ['has no database', 'delete Object.getPrototypeOf(window).indexedDB; delete window.indexedDB'],
    [
      'has no room left in it',
      "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }",
    ],
  ])('sends and shows messages all the same: it %s', async (_what, script) => {
    const [ann, bob] = [await browser.person(), await browser.person()];
    await bob.addInitScript(script);
    await ann.goto(address());
    await bob.goto(address());
    await peopleOnline(ann, 2);
    for (const text of ['one', 'two']) await write(bob, text);
    await expect.poll(() => texts(ann)).toEqual(['one', 'two']);
    await expect.poll(() => bob.locator('.message.pending').count()).toBe(0);
    expect(await texts(bob)).toEqual(['one', 'two']);
    expect(browser.complaints).toEqual([]);
  });
});

describe('a reload', () => {
  it('shows the last fifty messages from the server, the same person, and older ones on scrolling up', async () => {
    const ann = await browser.person();
    await ann.goto(address());
    for (let n = 1; n <= 70; n++) await write(ann, `message ${n}`);
    await expect.poll(() => ann.locator('.message .delivery.pending').count()).toBe(0);
    const name = await ann.locator('.me-name').first().textContent();

    const response = await ann.reload();
    const html = await response?.text();
    expect(html).toContain('message 70');
    expect(html).not.toContain('>message 20<');
    expect(await ann.locator('.me-name').first().textContent()).toBe(name);

    await expect
      .poll(
        async () => {
          await ann.locator('[role=log]').first().hover();
          await ann.mouse.wheel(0, -5_000);
          return (await texts(ann))[0];
        },
        { timeout: 30_000 },
      )
      .toBe('message 1');
    expect((await texts(ann)).length).toBe(70);
    expect(browser.complaints).toEqual([]);
  }, 180_000);
});

describe('text', () => {
  it('is text, whatever it looks like', async () => {
    const ann = await browser.person();
    await ann.goto(address());
    const attacks = [
      '<script>document.title="owned"</script>',
      '<img src=x onerror=alert(1)>',
      '"><svg onload=alert(1)>',
      '</script><script>alert(1)</script>',
      '<!-- --><iframe srcdoc="<script>parent.alert(1)</script>">',
      'javascript:alert(1)',
      '{{constructor.constructor("alert(1)")()}}',
    ];
    let dialogs = 0;
    ann.on('dialog', (dialog) => {
      dialogs++;
      void dialog.dismiss();
    });
    for (const attack of attacks) await write(ann, attack);
    await expect.poll(() => texts(ann)).toEqual(attacks);
    await ann.reload();
    await expect.poll(() => texts(ann)).toEqual(attacks);
    expect(await ann.locator('.message script, .message img, .message iframe').count()).toBe(0);
    expect(await ann.locator('.message .text a').count()).toBe(0);
    expect([dialogs, await ann.title()]).not.toContain('owned');
    expect(dialogs).toBe(0);
    expect(browser.complaints).toEqual([]);
  });
});
