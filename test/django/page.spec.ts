import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestBrowser, texts, write } from '../support/browser.js';
import { startDaphne } from '../support/django.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { ServerProcess } from '../support/server-process.js';
import { startSplitProxy } from '../support/split-proxy.js';
import { wireOf } from './mixed-traffic.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());

/** A person on a page of the Django app. */
async function djangoPage(page: Page, url: string) {
  const connected = page.waitForEvent('websocket');
  await page.goto(url);
  await connected;
  await page.waitForFunction('socket.readyState === WebSocket.OPEN');
  return {
    socket: connected,
    async say(text: string) {
      await page.fill('#chat-message-input', text);
      await page.press('#chat-message-input', 'Enter');
    },
    lines: async () => (await page.inputValue('#chat-log')).split('\n').filter(Boolean),
  };
}

describe.each(['core', 'pubsub'] as const)('the Django app’s page in a browser, %s', (layer) => {
  it('talks with Django’s own people and with ours, on either server’s socket', async () => {
    const wire = wireOf({ layer }, redis.url);
    await using daphne = await startDaphne(wire.django);
    await using server = await ServerProcess.start({
      ...wire.ours,
      DATABASE_URL: 'sqlite::memory:',
      DJANGO_BRIDGE: 'on',
    });
    await using proxy = await startSplitProxy(server.url, daphne.url);
    await using browser = await TestBrowser.start();
    const room = `browser_${layer}`;

    const ours = await browser.person();
    await ours.goto(`${server.url}/chat/${room}/`);
    await ours.locator('textarea').waitFor();
    const there = await djangoPage(await browser.person(), `${daphne.url}/chat/${room}/`);
    const moved = await djangoPage(await browser.person(), `${proxy.url}/chat/${room}/`);
    expect((await moved.socket).url()).toContain(new URL(proxy.url).host);
    const greeted = async () => {
      await there.say('hello?');
      return (await texts(ours)).length * (await moved.lines()).length * (await there.lines()).length;
    };
    await expect.poll(greeted, { interval: 300 }).toBeGreaterThan(0);

    await there.say('from Django');
    await expect.poll(moved.lines).toContain('from Django');
    await moved.say('from Django’s page on your socket');
    await expect.poll(there.lines).toContain('from Django’s page on your socket');
    await write(ours, 'from your page ✓ 👋');
    const conversation = ['from Django', 'from Django’s page on your socket', 'from your page ✓ 👋'];
    for (const lines of [there.lines, moved.lines, () => texts(ours)])
      await expect.poll(async () => (await lines()).slice(-3)).toEqual(conversation);

    await ours.reload();
    expect((await texts(ours)).slice(-3)).toEqual(conversation);
    // The Django app has no icon.
    expect(browser.complaints.filter((line) => !line.includes('404'))).toEqual([]);
  });
});
