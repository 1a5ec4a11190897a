import { describe, expect, it } from 'vitest';
import { HeaderAuthProvider } from '../../examples/reverse-proxy/header.auth-provider.js';
import { startChat } from '../../src/testing/index.js';
import { temporaryFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { startScript } from '../support/script.js';

const env = { GUESTS: false };
const ann = { 'x-user-id': 'ann', 'x-user-name': 'Ann Example' };

describe('sign-in by a reverse proxy', () => {
  it('says who people are on the socket, the pages and the API', async () => {
    await using chat = await startChat({ authProvider: HeaderAuthProvider, env });
    const client = await chat.connect(undefined, { headers: ann });
    expect(client.user).toEqual({ id: 'ann', name: 'Ann Example' });
    const page = await fetch(`${chat.url}/chat/`, { headers: ann });
    expect(await page.text()).toContain('Ann Example');
    const me = await fetch(`${chat.url}/api/me`, { headers: ann });
    expect(await me.json()).toEqual({ user: client.user });
  });

  it('lets nobody in who did not come through it', async () => {
    await using chat = await startChat({ authProvider: HeaderAuthProvider, env });
    await expect(chat.connect()).rejects.toMatchObject({ status: 401 });
    await expect(chat.connect(undefined, { headers: { 'x-user-id': '../x' } })).rejects.toMatchObject({
      status: 401,
    });
    expect((await fetch(`${chat.url}/chat/lobby/`)).status).toBe(401);
  });

  it('has no accounts of its own: no page leads to one, and there is none', async () => {
    await using chat = await startChat({ authProvider: HeaderAuthProvider, env });
    const lobby = await (await fetch(`${chat.url}/chat/`, { headers: ann })).text();
    expect(lobby).not.toContain('~account');
    for (const path of ['~sign-in', '~register', '~account', '~admin', '~code', '~reset'])
      expect((await fetch(`${chat.url}/chat/${path}/`, { headers: ann })).status).toBe(404);
  });

  it('leaves names to the directory', async () => {
    await using chat = await startChat({ authProvider: HeaderAuthProvider, env });
    const headers = { ...ann, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'Root' });
    expect((await fetch(`${chat.url}/api/me`, { method: 'POST', headers, body })).status).toBe(403);
  });

  it('runs as it stands there, by the name of the package', async () => {
    await using folder = await temporaryFolder();
    const port = await freePort();
    const env = { PORT: `${port}`, GUESTS: 'off', DATABASE_URL: folder.databaseUrl, NODE_ENV: 'production' };
    await using app = startScript(new URL('../../examples/reverse-proxy/main.ts', import.meta.url), [], env);
    const answer = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${port}/api/me`, { headers }).catch(() => undefined);
    const status = async () => (await answer(ann))?.status ?? app.errors();
    await expect.poll(status, { timeout: 30_000 }).toBe(200);
    expect((await answer({}))?.status).toBe(401);
  });
});
