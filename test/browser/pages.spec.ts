import { describe, expect, it } from 'vitest';
import { keepPicture, texts, write } from '../support/browser.js';
import { site } from '../support/site.js';

const here = site();

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe('on a phone', () => {
  it('everything fits, and the people are one touch away', async () => {
    const ann = await here.browser.person({ ...phone, colorScheme: 'dark' });
    await ann.goto(`${here.server.url}/chat/`);
    await keepPicture(ann, 'lobby-phone-dark');
    await ann.locator('input[name=room]').fill('phone');
    await ann.keyboard.press('Enter');
    await ann.waitForURL('**/chat/phone/');
    await write(
      ann,
      'a message with averyveryverylongwordthatwouldneverfitonthescreenofaphonebutmuststillnotmakeitscroll',
    );
    await expect.poll(() => texts(ann)).toHaveLength(1);
    const overflow = () =>
      ann.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await keepPicture(ann, 'room-phone-dark');
    await ann.locator('.people-button').click();
    await expect.poll(() => ann.locator('.people.open').count()).toBe(1);
    await keepPicture(ann, 'people-phone-dark');
    expect(await overflow()).toBeLessThanOrEqual(0);
    expect(here.browser.complaints).toEqual([]);
  });
});

describe('without JavaScript', () => {
  it('a room can be found, read, written in, and a name changed', async () => {
    const ann = await here.browser.person({ javaScriptEnabled: false });
    await ann.goto(`${here.server.url}/chat/`);
    await ann.locator('input[name=room]').fill('plain');
    await ann.keyboard.press('Enter');
    await ann.waitForURL('**/chat/plain/');
    await ann.locator('textarea').fill('written by form');
    await ann.locator('button.send').click();
    await ann.waitForURL('**/chat/plain/');
    expect(await ann.locator('.message .text').first().innerText()).toContain('written by form');
    const reader = await here.browser.person({ javaScriptEnabled: false });
    await reader.goto(`${here.server.url}/chat/plain/`);
    expect(await reader.locator('.message .text').first().innerText()).toContain('written by form');
    await keepPicture(reader, 'room-without-javascript');
  });
});

describe('the lobby', () => {
  it('lists rooms, and says what is wrong with a name', async () => {
    const ann = await here.browser.person();
    await ann.goto(`${here.server.url}/chat/listed/`);
    await write(ann, 'last words');
    await expect.poll(() => texts(ann)).toEqual(['last words']);
    await ann.goto(`${here.server.url}/chat/`);
    expect(await ann.locator('a[href="/chat/listed/"]').first().innerText()).toContain('last words');
    await keepPicture(ann, 'lobby-desktop-light');
    const answer = await ann.goto(`${here.server.url}/chat/?room=${encodeURIComponent('not a room!')}`);
    expect(answer?.status()).toBe(400);
    expect(await ann.locator('body').innerText()).toMatch(/room name/i);
  });

  it('has a page for what is not there', async () => {
    const ann = await here.browser.person();
    const answer = await ann.goto(`${here.server.url}/chat/~abcdefghijklmnopqrstuvwxyz/`);
    expect(answer?.status()).toBe(404);
    await keepPicture(ann, 'error-desktop-light');
  });
});
