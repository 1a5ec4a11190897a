import { afterAll, beforeAll } from 'vitest';
import { TestBrowser } from './browser.js';
import { temporaryFolder } from './folder.js';
import { ServerProcess } from './server-process.js';

/**
 * A server whose rooms are in a file, and a browser, from before the first test of the file that calls this until behind
 * its last one.
 */
export function site(env: Record<string, string> = {}): { browser: TestBrowser; server: ServerProcess } {
  const stack = new AsyncDisposableStack();
  const both = {} as { browser: TestBrowser; server: ServerProcess };
  beforeAll(async () => {
    const folder = stack.use(await temporaryFolder());
    const settings = { DATABASE_URL: folder.databaseUrl, RATE_LIMIT: 'off', ...env };
    both.server = stack.use(await ServerProcess.start(settings));
    both.browser = stack.use(await TestBrowser.start());
  });
  afterAll(() => stack.disposeAsync());
  return both;
}
