import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { keepPicture, texts, write } from '../support/browser.js';
import { site } from '../support/site.js';

const here = site();

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

async function registered(name: string, options = {}): Promise<Page> {
  const page = await here.browser.person(options);
  await page.goto(`${here.server.url}/chat/~register/`);
  await page.locator('input[name=username]').fill(name);
  await page.locator('input[name=password]').fill('correct horse battery');
  await page.locator('main button[type=submit]').first().click();
  await page.waitForURL('**/chat/');
  return page;
}

/** On the page about the room. */
async function manage(page: Page, name: string, button: string): Promise<void> {
  await page.locator(`#members summary[aria-label="Manage ${name}"]`).click();
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.waitForURL(/done=/);
}

describe('a private room', () => {
  it('is made, filled by name and by a link, kept in order, and left', async () => {
    const owner = await registered('Olga');
    const [mia, noa] = [await registered('Mia'), await registered('Noa', { ...phone, colorScheme: 'dark' })];

    await owner.getByRole('link', { name: 'New', exact: true }).click();
    await keepPicture(owner, 'new-room-desktop-light');
    await owner.locator('#private input[name=title]').fill('Lair');
    await owner.locator('#private input[name=topic]').fill('soup & secrets');
    await owner.getByRole('button', { name: 'Create' }).first().click();
    await owner.waitForURL('**/chat/~*/');
    const room = owner.url();
    await write(owner, 'welcome');

    // By name.
    await owner.getByRole('link', { name: 'About this room' }).click();
    await owner.locator('#members input[name=name]').fill('nobody at all');
    await owner.getByRole('button', { name: 'Add' }).click();
    expect(await owner.locator('#members .problem').innerText()).toContain('“nobody at all”');
    await owner.locator('#members input[name=name]').fill('mia');
    await owner.getByRole('button', { name: 'Add' }).click();
    await owner.getByText('Added.').waitFor();
    await mia.goto(`${here.server.url}/chat/`);
    await mia.getByRole('link', { name: /Lair/ }).click();
    await expect.poll(() => texts(mia)).toEqual(['welcome']);

    // By a link.
    await owner.getByRole('button', { name: 'New link' }).click();
    const link = await owner.locator('#invites .secret').innerText();
    await keepPicture(owner, 'room-settings-desktop-light');
    expect((await noa.goto(room))?.status()).toBe(404);
    here.browser.complaints.length = 0;
    await noa.goto(link);
    await keepPicture(noa, 'invite-phone-dark');
    await noa.getByRole('button', { name: 'Become a member' }).click();
    await noa.waitForURL(room);
    await write(noa, 'thanks');
    await expect.poll(() => texts(mia)).toEqual(['welcome', 'thanks']);

    // What it is called changes for everybody who looks.
    await owner.locator('#about input[name=title]').fill('Den');
    await owner.locator('#about button').click();
    await owner.getByText('Saved.').waitFor();
    await expect.poll(() => mia.locator('h1').innerText()).toBe('Den');

    // Muted, and not; on her page at once.
    await manage(owner, 'Noa', 'Mute for an hour');
    await noa.locator('.composer-closed').waitFor();
    await keepPicture(noa, 'muted-phone-dark');
    await manage(owner, 'Noa', 'Let them speak again');
    await noa.locator('textarea').waitFor();
    await noa.goto(`${room}~settings/`);
    await keepPicture(noa, 'room-settings-phone-dark');
    expect(
      await noa.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ).toBe(0);
    await noa.goto(room);
    await noa.locator('textarea').waitFor();

    // Removed: her page says so, and gets nothing more.
    await manage(owner, 'Noa', 'Remove from the room');
    await noa.getByText('You are no longer in this room.').waitFor();
    await keepPicture(noa, 'removed-phone-dark');
    await owner.goto(room);
    await write(owner, 'she is gone');
    await expect.poll(() => texts(mia)).toEqual(['welcome', 'thanks', 'she is gone']);
    expect(await texts(noa)).toEqual(['welcome', 'thanks']);
    expect((await noa.goto(room))?.status()).toBe(404);
    here.browser.complaints.length = 0;

    // Archived: read, and not written in.
    await owner.goto(`${room}~settings/`);
    await owner.getByRole('button', { name: 'Archive this room' }).click();
    await owner.getByText('The room is archived.').waitFor();
    await mia.locator('.composer-closed').waitFor();
    await keepPicture(mia, 'archived-desktop-light');

    // Left.
    await mia.goto(`${room}~settings/`);
    await mia.getByRole('button', { name: 'Leave this room' }).click();
    await mia.waitForURL('**/chat/');
    // As a word: three letters in a row may be in any id.
    expect(await mia.content()).not.toMatch(/\bDen\b/);
    expect(here.browser.complaints).toEqual([]);
  }, 120_000);
});

describe('a conversation of several', () => {
  it('is opened by their names, and shows all of them', async () => {
    const pat = await registered('Pat', { colorScheme: 'dark' });
    for (const name of ['Quin', 'Ravi']) await registered(name);
    await pat.goto(`${here.server.url}/chat/~new/`);
    await pat.locator('input[name=names]').fill('quin, Ravi');
    await pat.getByRole('button', { name: 'Open' }).click();
    await pat.waitForURL('**/chat/~*/');
    expect(await pat.locator('h1').innerText()).toBe('Quin, Ravi');
    await write(pat, 'the three of us');
    await expect.poll(() => texts(pat)).toEqual(['the three of us']);
    const room = pat.url();
    await pat.goto(`${here.server.url}/chat/~new/`);
    await pat.locator('input[name=names]').fill('Ravi; Quin');
    await pat.getByRole('button', { name: 'Open' }).click();
    await pat.waitForURL(room);
    await keepPicture(pat, 'conversation-desktop-dark');
    expect(here.browser.complaints).toEqual([]);
  });
});
