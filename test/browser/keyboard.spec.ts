import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { texts, write } from '../support/browser.js';
import { site } from '../support/site.js';

const here = site();

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

interface Frame {
  event: string;
  id: number;
  data?: { text?: string };
}

/** The text of the message that has the focus itself. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    return at?.matches('.message') ? at.querySelector('.text')?.firstChild?.textContent : at?.localName;
  });

describe('by the keyboard alone', () => {
  it('Tab reaches one message with what is in it, and arrows the others', async () => {
    const ann = await here.browser.person();
    await ann.goto(`${here.server.url}/chat/links/`);
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
  });

  it('the focus stays in the list where a message is deleted, or a reaction taken back', async () => {
    const ann = await here.browser.person();
    await ann.goto(`${here.server.url}/chat/deleted/`);
    for (const text of ['one', 'two', 'three']) await write(ann, text);
    await expect.poll(() => ann.locator('.delivery.sent').count()).toBe(3);
    const second = ann.locator('.message').nth(1);
    await second.focus();
    await second.getByRole('button', { name: 'React', exact: true }).focus();
    await ann.keyboard.press('Enter');
    await second.locator('.palette button:focus').waitFor();
    await ann.keyboard.press('Enter');
    await second.locator('.reaction').focus();
    await ann.keyboard.press('Enter');
    await expect.poll(() => second.locator('.reaction').count()).toBe(0);
    await expect.poll(() => focused(ann)).toBe('two');

    const remove = async () => {
      await second.getByRole('button', { name: 'Delete' }).focus();
      await ann.keyboard.press('Enter');
      await ann.getByRole('dialog').waitFor();
    };
    await remove();
    await ann.keyboard.press('Escape');
    await expect.poll(() => focused(ann)).toBe('two');
    await remove();
    await ann.getByRole('dialog').getByRole('button', { name: 'Delete' }).focus();
    await ann.keyboard.press('Enter');
    await expect.poll(() => ann.locator('.message.deleted').count()).toBe(1);
    await expect.poll(() => focused(ann)).toBe('This message was deleted');
    await ann.keyboard.press('ArrowDown');
    expect(await focused(ann)).toBe('three');
  }, 60_000);

  it('the focus stays with a message that is tried again, and goes to the one before where it is discarded', async () => {
    const ann = await here.browser.person();
    const sends: (string | undefined)[] = [];
    const error = { code: 'forbidden', message: 'not now' };
    await ann.routeWebSocket(/\/ws\/chat\//, (socket) => {
      const up = socket.connectToServer();
      socket.onMessage((raw) => {
        const { event, id, data } = JSON.parse(String(raw)) as Frame;
        if (event === 'message.send') sends.push(data?.text);
        if (data?.text !== 'refused') return up.send(raw);
        socket.send(JSON.stringify({ event: 'reply', id, ok: false, error }));
      });
    });
    await ann.goto(`${here.server.url}/chat/tried/`);
    const press = async (name: string) => {
      await ann.getByRole('button', { name }).focus();
      await ann.keyboard.press('Enter');
    };
    await write(ann, 'refused');
    await press('Discard');
    await expect.poll(() => ann.locator('.message').count()).toBe(0);
    expect(await ann.evaluate(() => document.activeElement?.id)).toBe('composer-text');

    await write(ann, 'stored');
    await expect.poll(() => ann.locator('.delivery.sent').count()).toBe(1);
    await write(ann, 'refused');
    await press('Retry');
    await expect.poll(() => sends).toEqual(['refused', 'stored', 'refused', 'refused']);
    await ann.getByRole('button', { name: 'Discard' }).waitFor();
    expect(await focused(ann)).toBe('refused');
    await press('Discard');
    await expect.poll(() => ann.locator('.message').count()).toBe(1);
    expect(await focused(ann)).toBe('stored');
  }, 60_000);

  it('without a script, Tab reaches the links and forms of every message', async () => {
    const bea = await here.browser.person();
    await bea.goto(`${here.server.url}/chat/plain-links/`);
    for (const number of [1, 2]) await write(bea, `see https://example.org/${number}`);
    await expect.poll(() => bea.locator('.delivery.sent').count()).toBe(2);

    const plain = await here.browser.person({
      javaScriptEnabled: false,
      storageState: await bea.context().storageState(),
    });
    await plain.goto(`${here.server.url}/chat/plain-links/`);
    for (const name of ['https://example.org/1', 'https://example.org/2'])
      expect(await plain.locator(`.messages a[href="${name}"]`).getAttribute('tabindex')).toBe('0');
    const edits = plain.locator('.messages a[aria-label=Edit]');
    expect(await edits.evaluateAll((links) => links.map((link) => (link as HTMLElement).tabIndex))).toEqual([
      0, 0,
    ]);
  });
});
