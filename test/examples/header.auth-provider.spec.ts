import { describe, expect, it } from 'vitest';
import { AuthProvider, ChatError, type Credentials, type Identity } from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';

/** People as a reverse proxy knows them: it signs them in, and says who they are in headers that it alone can set. */
class HeaderAuthProvider extends AuthProvider {
  override async identify({ headers }: Credentials): Promise<Identity | null> {
    const id = headers['x-user-id'];
    if (id === undefined) return null;
    if (typeof id !== 'string' || !/^\w{1,40}$/.test(id))
      throw new ChatError('unauthenticated', 'the proxy sent no user');
    const name = String(headers['x-user-name'] ?? id);
    return { user: { id, name }, sessionId: id };
  }

  override async createGuest(): Promise<Identity> {
    throw new ChatError('unauthenticated', 'sign in at the proxy');
  }

  override async rename(): Promise<Identity> {
    throw new ChatError('forbidden', 'names come from the directory');
  }
}

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
});
