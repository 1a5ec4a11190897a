import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { HistoryPage } from '../../src/protocol/http.js';
import { isLive, keptSends, texts, write } from '../support/browser.js';
import { site } from '../support/site.js';

const here = site();

/** Between a page and the server: `cut` ends the connection and lets none through until `mend`. */
async function cuttable(page: Page) {
  let isCut = false;
  const open = new Set<() => void>();
  await page.routeWebSocket(/\/ws\/chat\//, (socket) => {
    if (isCut) return void socket.close();
    const up = socket.connectToServer();
    open.add(() => void Promise.all([socket.close(), up.close()]));
  });
  return {
    cut(): void {
      isCut = true;
      for (const close of open) close();
      open.clear();
    },
    mend: () => void (isCut = false),
  };
}

async function enter(page: Page, room: string): Promise<void> {
  await page.goto(`${here.server.url}/chat/${room}/`);
  await isLive(page);
}
async function stored(room: string): Promise<{ text: string; by: string }[]> {
  const { messages } = (await (
    await fetch(`${here.server.url}/api/rooms/${room}/messages`)
  ).json()) as HistoryPage;
  return messages.map(({ text, user }) => ({ text, by: user.id }));
}
/** As a sign-out and a sign-in on another page leave it. */
async function becomeSomebodyElse(context: BrowserContext): Promise<Page> {
  await context.clearCookies();
  return context.newPage();
}

describe('a browser whose person becomes somebody else while a page is away', () => {
  it('publishes nothing of the one under the name of the other until it is told to', async () => {
    const ann = await here.browser.person();
    const line = await cuttable(ann);
    await enter(ann, 'shared');
    line.cut();
    await ann.locator('.banner').waitFor();
    await write(ann, 'as the first one');
    await ann.locator('.message.pending').waitFor();
    const other = await becomeSomebodyElse(ann.context());
    await enter(other, 'shared');

    line.mend();
    await ann.getByText('You wrote this as').waitFor();
    await write(ann, 'as the second one');
    await expect
      .poll(async () => (await stored('shared')).map(({ text }) => text))
      .toEqual(['as the second one']);
    await ann.getByRole('button', { name: 'Retry' }).click();
    await expect.poll(async () => (await stored('shared')).length).toBe(2);
    const authors = new Set((await stored('shared')).map(({ by }) => by));
    expect(authors.size).toBe(1);
  }, 120_000);
});

describe('two first tabs of one browser', () => {
  it('keep what they cannot send for the one guest that both become', async () => {
    const one = await here.browser.person();
    const line = await cuttable(one);
    line.cut();
    await one.goto(`${here.server.url}/chat/tabs/`);
    // The cookie of the second answer is what the browser keeps.
    const two = await becomeSomebodyElse(one.context());
    await enter(two, 'elsewhere');
    line.mend();
    await write(one, 'hello');
    await one.locator('.delivery.sent').waitFor();

    line.cut();
    await one.locator('.banner').waitFor();
    await write(one, 'do not lose me');
    await expect.poll(() => keptSends(one)).toBe(1);
    await one.close();
    await two.goto(`${here.server.url}/chat/tabs/`);
    await expect.poll(() => texts(two), { timeout: 15_000 }).toEqual(['hello', 'do not lose me']);
  }, 120_000);
});

describe('a page whose sign-in ended while it was away', () => {
  it('says so instead of trying to come back for ever', async () => {
    const ann = await here.browser.person();
    const line = await cuttable(ann);
    await enter(ann, 'ended');
    line.cut();
    await ann.locator('.banner').waitFor();
    const cookies = await ann.context().cookies();
    const answer = await fetch(`${here.server.url}/api/auth/sign-out`, {
      method: 'POST',
      headers: {
        cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
        origin: here.server.url,
        'content-type': 'application/json',
      },
      body: '{}',
    });
    expect(answer.ok).toBe(true);
    line.mend();
    await ann.getByText('You have been signed out.').waitFor();
    await ann.getByRole('button', { name: 'Reload' }).click();
    await ann.locator('.banner').waitFor({ state: 'detached' });
    await write(ann, 'as somebody new');
    await expect.poll(() => texts(ann)).toEqual(['as somebody new']);
  }, 120_000);
});

describe('a browser whose database does not let go of what is too old', () => {
  it('sends what is not', async () => {
    const ann = await here.browser.person();
    const line = await cuttable(ann);
    await enter(ann, 'full');
    line.cut();
    await ann.locator('.banner').waitFor();
    await write(ann, 'written just now');
    await expect.poll(() => keptSends(ann)).toBe(1);
    await ann.evaluate(keepForYears);
    await expect.poll(() => keptSends(ann)).toBe(2);
    await ann.close();
    const again = await ann.context().newPage();
    await again.addInitScript(() => {
      IDBObjectStore.prototype.delete = () => {
        throw new DOMException('no room', 'QuotaExceededError');
      };
    });
    await again.goto(`${here.server.url}/chat/full/`);
    await expect.poll(() => texts(again), { timeout: 15_000 }).toEqual(['written just now']);
  }, 120_000);
});

/** Before everything else, as the keys go. */
function keepForYears(): void {
  const opening = indexedDB.open('chat-outbox');
  opening.onsuccess = () => {
    const entry = { clientId: 'old', text: 'too old', at: new Date(0).toISOString(), status: 'pending' };
    opening.result.transaction('sends', 'readwrite').objectStore('sends').put(entry, ' full old');
  };
}
