import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestBrowser, texts, write } from '../support/browser.js';
import { temporaryFolder } from '../support/folder.js';
import { ServerProcess } from '../support/server-process.js';

const stack = new AsyncDisposableStack();
let browser: TestBrowser;
let server: ServerProcess;
beforeAll(async () => {
  const folder = stack.use(await temporaryFolder());
  server = stack.use(await ServerProcess.start({ DATABASE_URL: folder.databaseUrl, RATE_LIMIT: 'off' }));
  browser = stack.use(await TestBrowser.start());
});
afterAll(() => stack.disposeAsync());

/** Where Tab goes within the messages, from the button in front of them to the composer. */
async function stops(page: Page): Promise<string[]> {
  await page.getByRole('link', { name: 'About this room' }).focus();
  const reached: string[] = [];
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at?.closest('.messages')) return at?.closest('.composer') ? 'composer' : '';
      return at.getAttribute('aria-label') ?? at.getAttribute('href') ?? 'message';
    });
    if (stop === 'composer') return reached;
    if (stop) reached.push(stop);
  }
  throw new Error(`Tab goes in circles: ${reached.join(', ')}`);
}

describe('by the keyboard alone', () => {
  it('Tab reaches one message with what is in it, and arrows the others', async () => {
    const ann = await browser.person();
    await ann.goto(`${server.url}/chat/links/`);
    for (const number of [1, 2, 3]) await write(ann, `see https://example.org/${number}`);
    await expect.poll(() => texts(ann)).toHaveLength(3);
    await expect.poll(() => ann.locator('.delivery.sent').count()).toBe(3);

    const inOne = (number: number) => ['message', `https://example.org/${number}`, 'React', 'Edit', 'Delete'];
    expect((await stops(ann)).map((stop) => (stop.startsWith('?edit') ? 'Edit' : stop))).toEqual(inOne(3));
    await ann.locator('.message').last().focus();
    await ann.keyboard.press('ArrowUp');
    await ann.keyboard.press('ArrowUp');
    expect(await stops(ann)).toEqual(inOne(1));

    // Back to writing, and what one reacts with is one key away from it.
    await ann.locator('.message').first().focus();
    await ann.keyboard.press('Escape');
    expect(await ann.evaluate(() => document.activeElement?.id)).toBe('composer-text');
  }, 60_000);

  it('without a script, Tab reaches the links and forms of every message', async () => {
    const bea = await browser.person();
    await bea.goto(`${server.url}/chat/plain-links/`);
    for (const number of [1, 2]) await write(bea, `see https://example.org/${number}`);
    await expect.poll(() => bea.locator('.delivery.sent').count()).toBe(2);

    const plain = await browser.person({
      javaScriptEnabled: false,
      storageState: await bea.context().storageState(),
    });
    await plain.goto(`${server.url}/chat/plain-links/`);
    for (const name of ['https://example.org/1', 'https://example.org/2'])
      expect(await plain.locator(`.messages a[href="${name}"]`).getAttribute('tabindex')).toBe('0');
    const edits = plain.locator('.messages a[aria-label=Edit]');
    expect(await edits.evaluateAll((links) => links.map((link) => (link as HTMLElement).tabIndex))).toEqual([
      0, 0,
    ]);
  }, 60_000);
});
