import type { Locator, Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { keepPicture, texts, write } from '../support/browser.js';
import { site } from '../support/site.js';

const here = site({ DRAIN_DELAY_MS: '0' });
let room = 0;
const phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };
beforeEach(() => {
  room++;
  here.browser.complaints.length = 0;
});

const address = () => `${here.server.url}/chat/changes-${room}/`;
const messageOf = (page: Page, text: string) => page.locator('.message', { hasText: text });
const reactionsOf = (message: Locator) =>
  message.locator('.reaction').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));

/** Waits until the other one is there. */
async function together(...pages: Page[]): Promise<void> {
  for (const page of pages) await page.goto(address());
  for (const page of pages)
    await expect
      .poll(() => page.locator('.room-count').textContent(), { timeout: 15_000 })
      .toContain(String(pages.length));
}

async function nameOf(page: Page, name: string): Promise<void> {
  await page.goto(`${here.server.url}/chat/`);
  await page.locator('.me-menu summary').first().click();
  const field = page.locator('.me-menu input[name=name]').first();
  await field.fill(name);
  await field.press('Enter');
  await expect.poll(() => page.locator('.me-name').first().textContent()).toContain(name);
}

async function react(message: Locator, emoji: string): Promise<void> {
  await message.locator('.bubble').hover();
  await message.getByRole('button', { name: 'React', exact: true }).click();
  await message.locator('.palette').getByRole('button', { name: emoji, exact: true }).click();
}

describe('what one has said', () => {
  it('is changed with the arrow key and Enter, and everybody sees it at once, and after a reload', async () => {
    const [ann, bob] = [await here.browser.person(), await here.browser.person()];
    await together(ann, bob);
    await write(ann, 'first');
    await write(ann, 'helo');
    await expect.poll(() => texts(bob)).toEqual(['first', 'helo']);
    const composer = ann.locator('textarea');
    await composer.press('ArrowUp');
    await expect.poll(() => composer.inputValue()).toBe('helo');
    await composer.fill('hello');
    await keepPicture(ann, 'editing-desktop-light');
    await composer.press('Enter');
    for (const page of [ann, bob]) {
      await expect.poll(() => texts(page)).toEqual(['first', 'hello']);
      expect(await messageOf(page, 'hello').locator('.meta').textContent()).toContain('edited');
    }
    expect(await composer.inputValue()).toBe('');
    await bob.reload();
    expect(await texts(bob)).toEqual(['first', 'hello']);
    expect(here.browser.complaints).toEqual([]);
  });

  it('stays as it was where one thinks better of it, and what one was writing is still there', async () => {
    const ann = await here.browser.person();
    await together(ann);
    await write(ann, 'as it was');
    await expect.poll(() => ann.locator('.message .delivery.pending').count()).toBe(0);
    const composer = ann.locator('textarea');
    await composer.fill('half a thought');
    const message = messageOf(ann, 'as it was');
    await message.locator('.bubble').hover();
    await message.getByRole('link', { name: 'Edit' }).click();
    await expect.poll(() => composer.inputValue()).toBe('as it was');
    await composer.fill('something else');
    await composer.press('Escape');
    await expect.poll(() => composer.inputValue()).toBe('half a thought');
    expect(await texts(ann)).toEqual(['as it was']);
    await ann.reload();
    await expect.poll(() => composer.inputValue()).toBe('half a thought');
  });

  it('is deleted once it was confirmed, and leaves its place', async () => {
    const [ann, bob] = [await here.browser.person({ colorScheme: 'dark' }), await here.browser.person()];
    await together(ann, bob);
    await write(ann, 'a secret');
    await write(bob, 'what?');
    await expect.poll(() => texts(ann)).toEqual(['a secret', 'what?']);
    const remove = async () => {
      await messageOf(ann, 'a secret').locator('.bubble').hover();
      await messageOf(ann, 'a secret').getByRole('button', { name: 'Delete' }).click();
    };
    await remove();
    await ann.getByRole('dialog').waitFor();
    await keepPicture(ann, 'delete-desktop-dark');
    await ann.getByRole('button', { name: 'Cancel' }).click();
    expect(await texts(ann)).toEqual(['a secret', 'what?']);
    await remove();
    await ann.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    for (const page of [ann, bob])
      await expect.poll(() => texts(page)).toEqual(['This message was deleted', 'what?']);
    const html = await (await bob.reload())?.text();
    expect(html).not.toContain('a secret');
    expect(await texts(bob)).toEqual(['This message was deleted', 'what?']);
    expect(await bob.locator('.room-link[aria-current] .room-last').textContent()).toContain('what?');
    expect(here.browser.complaints).toEqual([]);
  });

  it('can be changed with the keyboard alone', async () => {
    const ann = await here.browser.person();
    await together(ann);
    await write(ann, 'by keys');
    await expect.poll(() => ann.locator('.message .delivery.pending').count()).toBe(0);
    await ann.locator('.message').last().focus();
    await ann.keyboard.press('Tab');
    expect(await ann.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('React');
    await ann.keyboard.press('Enter');
    await ann.locator('.palette').waitFor();
    await ann.keyboard.press('ArrowRight');
    await ann.keyboard.press('Enter');
    await expect.poll(() => reactionsOf(messageOf(ann, 'by keys'))).toEqual(['❤️ 1, you']);
    await ann.keyboard.press('Tab');
    await ann.keyboard.press('Tab');
    await ann.keyboard.press('Tab');
    await ann.keyboard.press('Enter');
    await ann.getByRole('dialog').waitFor();
    await ann.keyboard.press('Escape');
    expect(await texts(ann)).toEqual(['by keys']);
  });
});

describe('reactions', () => {
  it('are counted for everybody, with who, and are taken back by pressing them again', async () => {
    const [ann, bob] = [await here.browser.person(), await here.browser.person({ colorScheme: 'dark' })];
    await nameOf(ann, 'Ann Larsen');
    await nameOf(bob, 'Bob');
    await together(ann, bob);
    await write(ann, 'The release is out! Thanks to everybody who tested it over the weekend.');
    await write(bob, 'Congratulations');
    await write(bob, 'It went into our staging an hour ago and nothing broke so far.');
    await write(ann, 'ship it');
    await expect.poll(async () => (await texts(bob)).length).toBe(4);
    const [anns, bobs] = [messageOf(ann, 'release'), messageOf(bob, 'release')];
    await react(bobs, '🎉');
    await react(anns, '🎉');
    await react(bobs, '❤️');
    await react(messageOf(ann, 'nothing broke'), '🙏');
    await react(messageOf(bob, 'ship it'), '🔥');
    await expect.poll(() => reactionsOf(anns)).toEqual(['🎉 2, you and Bob', '❤️ 1, Bob']);
    await expect.poll(() => reactionsOf(bobs)).toEqual(['🎉 2, you and Ann Larsen', '❤️ 1, you']);
    await write(bob, 'oops');
    await messageOf(bob, 'oops').locator('.bubble').hover();
    await messageOf(bob, 'oops').getByRole('button', { name: 'Delete' }).click();
    await bob.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(async () => (await texts(ann)).at(-1)).toBe('This message was deleted');
    await messageOf(ann, 'nothing broke').locator('.bubble').hover();
    await messageOf(ann, 'nothing broke').getByRole('button', { name: 'React', exact: true }).click();
    await keepPicture(ann, 'reactions-desktop-light');
    await ann.keyboard.press('Escape');
    await messageOf(bob, 'Congratulations').locator('.bubble').hover();
    await keepPicture(bob, 'reactions-desktop-dark');
    await bobs.getByRole('button', { name: '🎉 2' }).click();
    await expect.poll(() => reactionsOf(anns)).toEqual(['🎉 1, you', '❤️ 1, Bob']);
    await ann.reload();
    expect(await reactionsOf(messageOf(ann, 'release'))).toEqual(['🎉 1, you', '❤️ 1, Bob']);
    expect(here.browser.complaints).toEqual([]);
  }, 90_000);

  it('are given on a phone by touching the message', async () => {
    const [ann, bob] = [
      await here.browser.person(phone),
      await here.browser.person({ ...phone, colorScheme: 'dark' }),
    ];
    await together(ann, bob);
    await write(ann, 'Who is coming to the lake on Saturday? The weather looks fine until the evening.');
    await write(bob, 'Me');
    await write(bob, 'I bring the barbecue');
    await expect.poll(async () => (await texts(ann)).length).toBe(3);
    for (const [page, text] of [
      [bob, 'lake'],
      [ann, 'barbecue'],
    ] as const) {
      const message = messageOf(page, text);
      await message.locator('.bubble').tap();
      await message.getByRole('button', { name: 'React', exact: true }).tap();
      await keepPicture(page, `palette-phone-${page === ann ? 'light' : 'dark'}`);
      await message.locator('.palette').getByRole('button', { name: '👍', exact: true }).tap();
      await expect.poll(() => reactionsOf(message)).toEqual(['👍 1, you']);
    }
    await messageOf(bob, 'barbecue').locator('.bubble').tap();
    await keepPicture(bob, 'bar-phone-dark');
    await messageOf(ann, 'lake').locator('.bubble').tap();
    await messageOf(ann, 'lake').getByRole('link', { name: 'Edit' }).tap();
    await expect.poll(() => ann.locator('textarea').inputValue()).toContain('lake');
    await keepPicture(ann, 'editing-phone-light');
    expect(here.browser.complaints).toEqual([]);
  }, 90_000);
});

describe('without a script', () => {
  it('an own message is edited and deleted with a form', async () => {
    const ann = await here.browser.person({ javaScriptEnabled: false });
    await ann.goto(address());
    const send = async (text: string) => {
      await ann.locator('textarea').fill(text);
      await ann.locator('button.send').click();
    };
    await send('plain words');
    await messageOf(ann, 'plain words').locator('.bubble').hover();
    await messageOf(ann, 'plain words').getByRole('link', { name: 'Edit' }).click();
    expect(await ann.locator('textarea').inputValue()).toBe('plain words');
    await keepPicture(ann, 'editing-without-script');
    await send('better words');
    expect(await texts(ann)).toEqual(['better words']);
    await messageOf(ann, 'better words').locator('.bubble').hover();
    await messageOf(ann, 'better words').getByRole('link', { name: 'Edit' }).click();
    await ann.getByRole('button', { name: 'Delete it' }).click();
    expect(await texts(ann)).toEqual(['This message was deleted']);
  });
});
