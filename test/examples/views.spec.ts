import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startChat } from '../../src/testing/index.js';
import { temporaryFolder } from '../support/folder.js';

const headers = { accept: 'text/html' };
const ours = join(import.meta.dirname, 'views');

describe('a folder of views', () => {
  it('replaces the pages it has, and leaves the others', async () => {
    await using chat = await startChat({ views: [ours] });
    const missing = await fetch(`${chat.url}/nowhere`, { headers });
    expect([missing.status, await missing.text()]).toEqual([
      404,
      expect.stringContaining('<h1>Acme Chat: Nothing here</h1>'),
    ]);
    expect(missing.headers.get('content-security-policy')).toContain('nonce-');
    const lobby = await (await fetch(`${chat.url}/chat/`, { headers })).text();
    expect(lobby).toContain('<h1>Rooms</h1>');
    expect(lobby).not.toContain('Acme');
  });

  it('that is not there fails at start, not at the first visitor', async () => {
    await using folder = await temporaryFolder();
    await expect(startChat({ views: [ours, folder.path] })).rejects.toThrow(/index\.js/);
  });
});
