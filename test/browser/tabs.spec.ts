import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isLive, texts, write } from '../support/browser.js';
import { site } from '../support/site.js';

/** Whoever sleeps is given up for lost within seconds. */
const here = site({ PING_INTERVAL_MS: '500', PONG_TIMEOUT_MS: '3000' });

/** In the room that was used last. */
const peopleOnline = async () =>
  Number(((await (await fetch(`${here.server.url}/api/rooms`)).json()) as Rooms).rooms[0]?.online);
type Rooms = { rooms: { online: number }[] };

async function enter(page: Page, room: string): Promise<void> {
  await page.goto(`${here.server.url}/chat/${room}/`);
  await isLive(page);
}

const say = async (page: Page, room: string, from: number, to: number) => {
  for (let n = from; n <= to; n++) await write(page, `${room} ${n}`);
  await expect.poll(async () => (await texts(page)).at(-1)).toBe(`${room} ${to}`);
};
const all = (room: string, count: number) => Array.from({ length: count }, (_, n) => `${room} ${n + 1}`);

describe('a tab that sleeps', () => {
  it('has everything once when it wakes, and what was being written is still there', async () => {
    const [ann, bob] = [await here.browser.person(), await here.browser.person()];
    for (const page of [ann, bob]) await enter(page, 'sleep');
    await say(ann, 'sleep', 1, 3);
    await expect.poll(() => texts(bob)).toEqual(all('sleep', 3));
    await bob.locator('textarea').fill('half a sent');

    const devtools = await bob.context().newCDPSession(bob);
    // Not a line of its script runs from now on, as in a laptop that is shut.
    await devtools.send('Debugger.enable');
    await devtools.send('Debugger.pause');
    await expect.poll(peopleOnline, { timeout: 40_000 }).toBe(1);
    await say(ann, 'sleep', 4, 8);
    await devtools.send('Debugger.resume');
    await devtools.send('Debugger.disable');

    await expect.poll(() => texts(bob), { timeout: 40_000 }).toEqual(all('sleep', 8));
    expect(await bob.locator('textarea').inputValue()).toBe('half a sent');
    await bob.locator('textarea').press('End');
    await bob.keyboard.type('ence');
    await bob.keyboard.press('Enter');
    await expect.poll(() => texts(ann)).toEqual([...all('sleep', 8), 'half a sentence']);
  });
});

describe('a page that one comes back to', () => {
  it('by the button of the browser shows what was said meanwhile, once, and keeps what was being written', async () => {
    const [ann, bob] = [await here.browser.person(), await here.browser.person()];
    for (const page of [ann, bob]) await enter(page, 'back');
    await say(ann, 'back', 1, 2);
    await expect.poll(() => texts(bob)).toEqual(all('back', 2));
    await bob.locator('textarea').fill('in a moment');
    await bob.goto(`${here.server.url}/chat/`);
    await say(ann, 'back', 3, 5);
    await bob.goBack();
    await expect.poll(() => texts(bob), { timeout: 40_000 }).toEqual(all('back', 5));
    await expect.poll(() => bob.locator('textarea').inputValue()).toBe('in a moment');
    await say(ann, 'back', 6, 6);
    await expect.poll(() => texts(bob)).toEqual(all('back', 6));
  });
});

describe('two tabs of one person', () => {
  it('send each their own, and both show everything once, in the same order, for one person online', async () => {
    const one = await here.browser.person();
    const two = await one.context().newPage();
    for (const page of [one, two]) await enter(page, 'twice');
    await Promise.all(
      [one, two].map(async (page, tab) => {
        for (let n = 1; n <= 5; n++) await write(page, `tab ${tab} ${n}`);
      }),
    );
    await expect.poll(async () => (await texts(one)).length, { timeout: 40_000 }).toBe(10);
    const said = await texts(one);
    for (const tab of [0, 1])
      expect(said.filter((text) => text.startsWith(`tab ${tab}`))).toEqual(
        [1, 2, 3, 4, 5].map((n) => `tab ${tab} ${n}`),
      );
    await expect.poll(() => texts(two)).toEqual(said);
    await one.reload();
    await expect.poll(() => texts(one)).toEqual(said);
    expect(await one.locator('.room-count').textContent()).toContain('1');
  });
});
