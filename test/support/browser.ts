import { access, constants, mkdir } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
  type WebSocketRoute,
} from 'playwright-core';

const artefacts = fileURLToPath(new URL('../artefacts/', import.meta.url));

/** Everything a browser would fetch for itself stays away: tests talk to loopback only. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A command is found as a shell finds it; playwright wants the file. */
async function pathOf(command: string): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = resolve(folder, command);
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return command;
}

/** A real browser, and whatever its pages complained of. */
export class TestBrowser implements AsyncDisposable {
  /** Errors of the console, uncaught ones, and violations of the content security policy. */
  readonly complaints: string[] = [];

  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<TestBrowser> {
    return new TestBrowser(
      await chromium.launch({ executablePath: await pathOf(process.env.CHROMIUM ?? 'chromium'), args }),
    );
  }

  /** A person of their own: nothing is shared with other pages. */
  async person(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on('console', (message) => {
      // A connection that a test cuts is meant to fail.
      const isCut = /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|WebSocket connection to/.test(
        message.text(),
      );
      if (message.type() === 'error' && !isCut) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}

/** Kept under test/artefacts, for people to look at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await mkdir(artefacts, { recursive: true });
  await page.screenshot({ path: `${artefacts}${name}.png`, animations: 'disabled' });
}

/** Resolves when the page has joined its room: those who are there are counted. */
export function isLive(page: Page): Promise<void> {
  return page.locator('.room-count').filter({ hasText: /[1-9]/ }).waitFor();
}

/** The page's connection to the server at the time, for the test to close or to speak on. */
export async function lineOf(page: Page): Promise<{ current?: WebSocketRoute }> {
  const line: { current?: WebSocketRoute } = {};
  await page.routeWebSocket(/\/ws\/chat\//, (socket) => {
    line.current = socket;
    socket.connectToServer();
  });
  return line;
}

export async function write(page: Page, text: string): Promise<void> {
  const composer = page.locator('textarea');
  await composer.fill(text);
  await composer.press('Enter');
}

/** The texts of the messages on the page, from top to bottom. */
export function texts(page: Page): Promise<string[]> {
  return page.locator('.message .text').evaluateAll((items) =>
    items.map((item) => {
      const copy = item.cloneNode(true) as HTMLElement;
      copy.querySelector('.meta')?.remove();
      return copy.textContent ?? '';
    }),
  );
}

/** How many unacknowledged sends the browser keeps. */
export function keptSends(page: {
  evaluate: <Result>(read: () => Promise<Result>) => Promise<Result>;
}): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('chat-outbox');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const counting = opening.result.transaction('sends').objectStore('sends').count();
          counting.onsuccess = () => resolve(counting.result);
        };
      }),
  );
}
