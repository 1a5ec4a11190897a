import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProvider, type TestProvider } from '../account/oidc.provider.js';
import { totp } from '../account/totp.js';
import { keepPicture, TestBrowser, texts, write } from '../support/browser.js';
import { temporaryFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { ServerProcess } from '../support/server-process.js';

const password = 'correct horse battery';
const stack = new AsyncDisposableStack();
let browser: TestBrowser;
let server: ServerProcess;
let provider: TestProvider;
beforeAll(async () => {
  const folder = stack.use(await temporaryFolder());
  const port = await freePort();
  const PUBLIC_URL = `http://127.0.0.1:${port}`;
  provider = stack.use(await startProvider(`${PUBLIC_URL}/api/auth/callback/oidc`, { bea: 'Bea' }));
  server = stack.use(
    await ServerProcess.start({
      DATABASE_URL: folder.databaseUrl,
      RATE_LIMIT: 'off',
      PORT: String(port),
      PUBLIC_URL,
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.client.id,
      OIDC_CLIENT_SECRET: provider.client.secret,
      OIDC_NAME: 'Acme',
    }),
  );
  browser = stack.use(await TestBrowser.start());
});
afterAll(() => stack.disposeAsync());

const authors = (page: Page) => page.locator('.message .author').allInnerTexts();

/** By the service's own pages, as `login`. */
async function byService(page: Page, login: string): Promise<void> {
  await page.goto(`${server.url}/chat/~sign-in/`);
  await page.getByRole('button', { name: 'Continue with Acme' }).click();
  await pass(page, login);
}

/** Its pages ask for fonts from elsewhere, in vain: no complaint of ours. */
async function pass(page: Page, login: string): Promise<void> {
  const before = browser.complaints.length;
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.locator('button[type=submit]').click();
  await page.waitForURL(`${server.url}/chat/**`);
  browser.complaints.length = before;
}

describe('an account, from the first word on', () => {
  it('a guest writes, registers, and talks to somebody alone; signs in by a service, by a code, and out everywhere', async () => {
    const [ann, bea] = [await browser.person(), await browser.person()];

    // A guest writes.
    await ann.goto(`${server.url}/chat/porch/`);
    await write(ann, 'I am new here');
    await expect.poll(() => texts(ann)).toEqual(['I am new here']);
    const name = (await ann.locator('.sidebar .me-name bdi').innerText()).trim();

    // Registers, and is the same person, old messages and all.
    await ann.locator('.sidebar .me-menu summary').click();
    await ann.getByRole('link', { name: 'Register' }).click();
    await keepPicture(ann, 'register-desktop-light');
    await ann.locator('input[name=username]').fill('ann');
    await ann.locator('input[name=password]').fill(password);
    await ann.getByRole('button', { name: /register|keep/i }).click();
    await ann.waitForURL('**/chat/porch/');
    expect(await ann.locator('.sidebar .me-name small').count()).toBe(0);
    expect((await ann.locator('.sidebar .me-name bdi').innerText()).trim()).toBe(name);

    // Somebody else comes by another service, reads that, and asks who it was.
    await byService(bea, 'bea');
    await bea.goto(`${server.url}/chat/porch/`);
    await expect.poll(() => authors(bea)).toEqual([name]);
    await bea.locator('.message .author a').click();
    await keepPicture(bea, 'person-desktop-light');
    await bea.getByRole('button', { name: 'Message' }).click();
    await bea.waitForURL('**/chat/~*/');
    await write(bea, 'just between us');
    await expect.poll(() => texts(bea)).toEqual(['just between us']);
    await keepPicture(bea, 'direct-desktop-light');

    // The other one finds it in the lobby, by the name of who wrote, and answers.
    await ann.goto(`${server.url}/chat/`);
    await keepPicture(ann, 'lobby-own-desktop-light');
    // The other room has the name of who wrote there, too, which is a guest's: `Jolly Beaver`, perhaps.
    await ann.getByRole('link', { name: /just between us/ }).click();
    await expect.poll(() => texts(ann)).toEqual(['just between us']);
    await write(ann, 'I can keep a secret');
    await expect.poll(() => texts(bea)).toEqual(['just between us', 'I can keep a secret']);
    const conversation = ann.url();

    // Nobody else does.
    const stranger = await browser.person();
    expect((await stranger.goto(conversation))?.status()).toBe(404);
    await stranger.goto(`${server.url}/chat/`);
    expect(await stranger.content()).not.toContain('between us');
    browser.complaints.length = 0;

    // From now on by the service, too, and with a second factor behind it.
    await ann.goto(`${server.url}/chat/~account/`);
    await ann.getByRole('button', { name: 'Connect Acme' }).scrollIntoViewIfNeeded();
    await keepPicture(ann, 'another-service-desktop-light');
    await ann.locator('#service input[name=servicePassword]').fill(password);
    await ann.getByRole('button', { name: 'Connect Acme' }).click();
    await pass(ann, 'ann-at-acme');
    await ann.getByText('From now on you may sign in by that service, too.').waitFor();
    await ann.locator('#two-factor input[name=confirmPassword]').fill(password);
    await ann.getByRole('button', { name: 'Turn it on' }).click();
    const secret = (await ann.locator('.setup .secret').innerText()).replaceAll(/\s/g, '');
    await keepPicture(ann, 'second-factor-desktop-light');
    await ann.locator('input[name=code]').fill(totp(secret));
    await ann.getByRole('button', { name: 'Done' }).click();
    await ann.waitForURL(/done=two-factor/);
    const phone = await browser.person({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await byService(phone, 'ann-at-acme');
    await phone.waitForURL(/~code/);
    await keepPicture(phone, 'code-phone-dark');
    await phone.locator('input[name=code]').fill(totp(secret, 1));
    await phone.locator('main button[type=submit]').first().click();
    await phone.goto(conversation);
    await expect.poll(() => texts(phone)).toHaveLength(2);

    // Out everywhere: both pages are told, by themselves.
    const tab = await ann.context().newPage();
    await tab.goto(conversation);
    await tab.waitForFunction(() => document.querySelector('.banner.stopped') === null);
    await tab.locator('.composer textarea').fill('half a thought');
    const kept = () => ann.evaluate(() => localStorage.length);
    await ann.goto(`${server.url}/chat/~account/`);
    await expect.poll(kept).toBe(1);
    await ann.getByRole('button', { name: /everywhere/i }).click();
    await ann.waitForURL(/~sign-in/);
    // Whoever uses this browser next finds nothing of it.
    expect(await kept()).toBe(0);
    for (const page of [tab, phone])
      await page.getByText('You have been signed out.').waitFor({ timeout: 15_000 });
    expect((await phone.goto(`${server.url}/chat/~account/`))?.url()).toContain('~sign-in');
    expect(browser.complaints).toEqual([]);
  }, 120_000);
});
