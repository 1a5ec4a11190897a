import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MessageService } from '../../src/chat/message.service.js';
import { startChat } from '../../src/testing/index.js';

/** As many as `POST /api/rooms` makes at once, and some that come back while the test runs. */
const BURST = 20;
const ASKED = 40;

const names = (of: string) => Array.from({ length: ASKED }, (_each, n) => `${of}-${String(n)}`);

describe('whoever makes rooms by going where there are none', () => {
  it('makes as many as by asking for them, by pages, sockets and messages together', async () => {
    await using chat = await startChat({ env: { RATE_LIMIT: true } });
    const headers = { cookie: await chat.signIn('Ann'), origin: chat.url };
    const json = { ...headers, 'content-type': 'application/json' };
    const seen: number[] = [];
    for (const name of names('page')) {
      const answer = await fetch(`${chat.url}/chat/${name}/`, { headers });
      seen.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const made = seen.filter((status) => status === 200).length;
    expect(made).toBeGreaterThanOrEqual(BURST);
    expect(made).toBeLessThan(ASKED);
    expect(seen.filter((status) => status === 429)).toHaveLength(ASKED - made);
    const body = () => JSON.stringify({ text: 'first', clientId: randomUUID() });
    const say = (room: string) =>
      fetch(`${chat.url}/api/rooms/${room}/messages`, { method: 'POST', headers: json, body: body() });
    const said = await Promise.all(names('said').slice(0, 10).map(say));
    expect(said.map(({ status }) => status)).toContain(429);
    // What is there already is open to them as before, and nobody else is held up.
    expect((await fetch(`${chat.url}/chat/page-0/`, { headers })).status).toBe(200);
    const other = { cookie: await chat.signIn('Bob'), origin: chat.url };
    expect((await fetch(`${chat.url}/chat/of-bob/`, { headers: other })).status).toBe(200);
  });

  it('is not held up where another system has accepted what is said there', async () => {
    await using chat = await startChat({ env: { RATE_LIMIT: true } });
    const messages = chat.app.get(MessageService);
    const author = { id: 'django:ann', name: 'Ann' };
    for (const name of names('relayed')) {
      const message = { text: 'from there', clientId: randomUUID() };
      expect(await messages.relay(author, name, message)).toMatchObject({ seq: 1 });
    }
  });
});
