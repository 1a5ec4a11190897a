import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { keepPicture, texts, write } from '../support/browser.js';
import { stumblingBlocks } from '../support/page-checks.js';
import { site } from '../support/site.js';

const here = site();

const password = 'correct horse battery';
const longName = 'Wolfgang-Amadeus von Hohenzol';

async function register(page: Page, username: string, name: string): Promise<void> {
  await page.goto(`${here.server.url}/chat/~register/`);
  await page.locator('input[name=username]').fill(username);
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=password]').fill(password);
  await page.locator('main button[type=submit]').first().click();
  await page.waitForURL('**/chat/');
}

/** The narrowest screen there is, or an ordinary one at four times the size. */
const narrow = { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true };

describe('every page', () => {
  it('fits on the narrowest screen, and can be read and hit there, in the light and in the dark', async () => {
    const ann = await here.browser.person({ ...narrow, colorScheme: 'light' });
    await register(ann, 'ann', longName);
    for (const other of ['bea', 'cem'])
      await register(await here.browser.person(), other, `${longName} ${other}`.slice(-30));
    const found: string[] = [];
    const look = async (page: Page, what: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await keepPicture(page, `looks-${what}-${colorScheme}`);
        for (const problem of await stumblingBlocks(page)) found.push(`${what}, ${colorScheme}: ${problem}`);
      }
    };
    const visit = async (what: string, path: string): Promise<void> => {
      await ann.goto(`${here.server.url}${path}`);
      await look(ann, what);
    };

    await visit('a new room', '/chat/~new/');
    await ann.locator('#private input[name=title]').fill('A private room with quite a long title');
    await ann.locator('#private button').click();
    await ann.waitForURL('**/chat/~*/');
    const room = new URL(ann.url()).pathname;
    await look(ann, 'an empty room');
    await write(ann, `https://example.org/${'a-long-address/'.repeat(12)}`);
    await write(ann, '🎉');
    await expect.poll(() => texts(ann)).toHaveLength(2);
    await ann.locator('.message').last().locator('.bubble').tap();
    await ann.locator('.message').last().getByRole('button', { name: 'React' }).click();
    await look(ann, 'the reactions to choose from');
    await ann.locator('.palette button').first().click();
    await ann.locator('.reaction').waitFor();
    await ann.locator('.message').last().getByRole('button', { name: 'Delete' }).click();
    await look(ann, 'a question');
    await ann.getByRole('button', { name: 'Cancel' }).click();
    await ann.locator('.people-button').click();
    await ann.locator('.people.open .people-card').waitFor();
    await ann.locator('.people-me summary').click();
    await look(ann, 'people');

    await visit('a room’s settings', `${room}~settings/`);
    await ann.locator('#members input[name=name]').fill('bea');
    await ann.locator('#members').getByRole('button', { name: 'Add' }).click();
    await ann.getByRole('button', { name: 'New link' }).click();
    await ann.locator('#members summary').first().click();
    await look(ann, 'a room’s settings, with members and a link');
    const invitation = new URL(await ann.locator('#invites .secret').innerText()).pathname;
    await visit('a lobby', '/chat/');
    await visit('an account', '/chat/~account/');
    await ann.locator('#two-factor input[name=confirmPassword]').fill(password);
    await ann.locator('#two-factor button').first().click();
    await look(ann, 'a second factor');
    await visit('people of the server', '/chat/~admin/');
    await ann.locator('.actions summary').first().click();
    await look(ann, 'what an administrator can do');
    await visit('a security log', '/chat/~admin/audit/');
    await visit('nothing', '/nothing/');
    here.browser.complaints.length = 0;

    const guest = await here.browser.person(narrow);
    for (const [what, path] of [
      ['a sign-in', '/chat/~sign-in/'],
      ['a registration', '/chat/~register/'],
      ['an invitation', invitation],
      ['a room for guests', '/chat/porch/'],
    ] as const) {
      await guest.goto(`${here.server.url}${path}`);
      await look(guest, what);
    }
    expect(found).toEqual([]);
    expect(here.browser.complaints).toEqual([]);
  }, 180_000);
});

describe('people, where they lie over the page', () => {
  it('are all that Tab and a screen reader reach until they are closed, or get a column of their own', async () => {
    const ann = await here.browser.person({ viewport: { width: 600, height: 700 } });
    await ann.goto(`${here.server.url}/chat/porch/`);
    await ann.locator('.people-button').click();
    await expect
      .poll(() => ann.locator('.people-close').evaluate((close) => close === document.activeElement))
      .toBe(true);
    for (let step = 0; step < 8; step += 1) {
      await ann.keyboard.press('Tab');
      expect(await ann.evaluate(() => document.activeElement?.closest('.main, .sidebar'))).toBeNull();
    }
    expect(await ann.locator('main').getAttribute('inert')).not.toBeNull();
    await ann.locator('.people-close').focus();
    await ann.keyboard.press('Escape');
    await expect
      .poll(() => ann.locator('.people-button').evaluate((button) => button === document.activeElement))
      .toBe(true);
    await write(ann, 'still here');

    await ann.locator('.people-button').click();
    await ann.locator('.people.open').waitFor();
    await ann.setViewportSize({ width: 1280, height: 700 });
    await expect.poll(() => ann.locator('main').getAttribute('inert')).toBeNull();
    await write(ann, 'and here');
    await expect.poll(() => texts(ann)).toEqual(['still here', 'and here']);
  });
});
