import type { Page, WebSocketRoute } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChatError, type EventDraft } from '../../src/index.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { isLive, lineOf, TestBrowser, texts, write } from '../support/browser.js';
import { StorageRoomLog } from '../support/storage.room-log.js';

/** Stores what begins with `lost`, and loses the answer; the second time it answers. */
class LosesAnswers extends StorageRoomLog {
  private readonly lost = new Set<string>();

  override async append(draft: EventDraft) {
    const appended = await super.append(draft);
    const isLost = JSON.stringify(draft.data).includes('"lost') && !this.lost.has(draft.clientId);
    this.lost.add(draft.clientId);
    if (isLost) throw new ChatError('unavailable', 'the database does not answer; please try again');
    return appended;
  }
}

const stack = new AsyncDisposableStack();
let browser: TestBrowser;
let chat: RunningChat;
beforeAll(async () => {
  chat = await startChat({ roomLog: LosesAnswers });
  stack.defer(() => chat.close());
  browser = stack.use(await TestBrowser.start());
});
afterAll(() => stack.disposeAsync());

const field = (page: Page) => page.locator('textarea');

/** What the page shows is of another log than the server has. */
function anotherLog(line: WebSocketRoute | undefined, room: string): void {
  line?.send(JSON.stringify({ event: 'resync', data: { room, epoch: 'another', head: 0 } }));
}

/** Whoever is quicker than the script: the form goes out by itself, and its answer is lost. */
async function postsEarly(room: string, text: string) {
  const page = await browser.person();
  const posted: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.isNavigationRequest()) posted.push(request.url());
  });
  const line = await lineOf(page);
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.goto(`${chat.url}/chat/${room}/`);
  await page.unroute('**/assets/*.js');
  await field(page).fill(text);
  await page.locator('button.send').click();
  await page.getByRole('alert').getByText('the database does not answer').waitFor();
  await isLive(page);
  return { page, posted, line };
}

describe('a message that was posted before the script came, and whose answer was lost', () => {
  it('is stored once where it is sent again, whatever its lines end with', async () => {
    const { page } = await postsEarly('again', 'lost, or not?\nwho knows');
    expect(await field(page).inputValue()).toBe('lost, or not?\nwho knows');
    await field(page).press('Enter');
    await write(page, 'behind that');
    await expect.poll(() => texts(page)).toContain('behind that');
    await expect.poll(() => page.locator('.delivery.sent').count()).toBe(2);
    expect(await texts(page)).toEqual(['lost, or not?\nwho knows', 'behind that']);
  }, 60_000);

  it('is another one where something else is sent first', async () => {
    const { page } = await postsEarly('other', 'lost');
    await write(page, 'something else');
    await write(page, 'lost');
    await expect.poll(() => texts(page)).toEqual(['lost', 'something else', 'lost']);
  }, 60_000);

  it.each<[string, string, (page: Page, line: WebSocketRoute | undefined) => Promise<unknown>]>([
    [
      'by its button',
      'button',
      async (page, line) => {
        await line?.close({ code: 4501 });
        await page.getByRole('button', { name: 'Reload' }).click();
      },
    ],
    ['by itself', 'itself', async (_page, line) => anotherLog(line, 'itself')],
    [
      'by its button where the browser keeps nothing',
      'button-full',
      async (page, line) => {
        await page.evaluate(() => {
          IDBObjectStore.prototype.put = () => {
            throw new DOMException('no room', 'QuotaExceededError');
          };
        });
        line?.onMessage(() => undefined);
        await write(page, 'only here');
        await page.locator('.message.pending').waitFor();
        await field(page).fill('lost');
        anotherLog(line, 'button-full');
        page.on('dialog', (dialog) => dialog.accept());
        await page.getByRole('button', { name: 'Reload' }).click();
      },
    ],
  ])(
    'is not posted again where the page is made anew %s, and its text is kept',
    async (_how, room, renew) => {
      const { page, posted, line } = await postsEarly(room, 'lost');
      const anew = page.waitForEvent('load');
      await renew(page, line.current);
      await anew;
      await isLive(page);
      expect(posted).toHaveLength(1);
      await expect.poll(() => field(page).inputValue()).toBe('lost');
    },
    60_000,
  );
});
