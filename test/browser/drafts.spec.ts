import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isLive, lineOf, write } from '../support/browser.js';
import { site } from '../support/site.js';

const here = site();

const field = (page: Page) => page.locator('textarea');
const nameOn = async (page: Page) => (await page.locator('.sidebar .me-name bdi').innerText()).trim();

async function enter(page: Page, room: string): Promise<void> {
  await page.goto(`${here.server.url}/chat/${room}/`);
  await isLive(page);
}

/** Somebody else sits down at this browser, and has been here before. */
async function becomes(context: BrowserContext, person: Page): Promise<void> {
  await context.clearCookies();
  await context.addCookies(await person.context().cookies());
}

async function register(page: Page, username: string): Promise<void> {
  await page.goto(`${here.server.url}/chat/~register/`);
  await page.locator('input[name=username]').fill(username);
  await page.locator('input[name=password]').fill('correct horse battery');
  await page.getByRole('button', { name: /register|keep/i }).click();
  await page.waitForURL(`${here.server.url}/chat/`);
}

describe('what one was writing', () => {
  it('is not there for who uses the browser next, and is when one comes back', async () => {
    const [ann, bob] = [await here.browser.person(), await here.browser.person()];
    await enter(bob, 'shared');
    await enter(ann, 'shared');
    await field(ann).fill('for nobody else');
    const cookies = await ann.context().cookies();

    await becomes(ann.context(), bob);
    await enter(ann, 'shared');
    expect(await nameOn(ann)).toBe(await nameOn(bob));
    // The draft of a person is in the field with the first words from the server at the latest.
    expect(await field(ann).inputValue()).toBe('');
    await field(ann).fill('mine');

    await ann.context().clearCookies();
    await ann.context().addCookies(cookies);
    await enter(ann, 'shared');
    await expect.poll(() => field(ann).inputValue()).toBe('for nobody else');
  }, 60_000);

  it.each([
    ['leaves with an account that another one replaces behind an open page', true, ''],
    ['stays where a guest becomes another one by losing the connection', false, 'half a thought'],
  ])(
    '%s',
    async (_what, hasAccounts, left) => {
      const [ann, bob] = [await here.browser.person(), await here.browser.person()];
      const room = `open-${hasAccounts}`;
      if (hasAccounts) for (const page of [ann, bob]) await register(page, page === ann ? 'ann' : 'bob');
      await enter(bob, room);
      const line = await lineOf(ann);
      await enter(ann, room);
      await field(ann).fill('half a thought');

      await becomes(ann.context(), bob);
      await line.current?.close({ code: 4000 });
      const name = await nameOn(bob);
      await expect.poll(() => nameOn(ann), { timeout: 30_000 }).toBe(name);
      await write(bob, 'behind that');
      await ann.locator('.message', { hasText: 'behind that' }).waitFor();
      await expect.poll(() => field(ann).inputValue()).toBe(left);
    },
    60_000,
  );
});
