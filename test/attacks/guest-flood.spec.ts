import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type RunningChat, startChat } from '../../src/testing/index.js';

/** So seldom that none comes back while these tests run. */
const limited = {
  RATE_LIMIT: true,
  SENDS_PER_SECOND: 0.001,
  SEND_BURST: 3,
  TRUSTED_PROXIES: ['127.0.0.1'],
};

async function say(chat: RunningChat, from: string, cookie = ''): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    'x-forwarded-for': from,
    ...(cookie && { cookie, origin: chat.url }),
  };
  const body = JSON.stringify({ text: 'buy this', clientId: randomUUID() });
  return fetch(`${chat.url}/api/rooms/lobby/messages`, { method: 'POST', headers, body });
}

const statuses = async (asking: Promise<Response>[]) =>
  (await Promise.all(asking)).map(({ status }) => status);

describe('whoever comes as somebody else each time', () => {
  it('says no more than one person may, however many guests they are, and keeps nobody else from it', async () => {
    await using chat = await startChat({ env: limited });
    const cookie = await chat.signIn('Ann');
    const seen = await statuses(Array.from({ length: 20 }, () => say(chat, '192.0.2.7')));
    expect(seen.toSorted()).toEqual([...Array(3).fill(201), ...Array(17).fill(429)]);
    const refused = await say(chat, '192.0.2.7');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await say(chat, '192.0.2.7', cookie)).status).toBe(201);
    expect((await say(chat, '192.0.2.8')).status).toBe(201);
  });

  it('gains nothing by the many addresses of one network', async () => {
    await using chat = await startChat({ env: limited });
    const asking = Array.from({ length: 20 }, (_each, n) => say(chat, `2001:db8:1:2::${n.toString(16)}`));
    expect((await statuses(asking)).filter((status) => status === 201)).toHaveLength(3);
    expect((await say(chat, '2001:db8:1:3::1')).status).toBe(201);
  });

  it('is made a guest whom the server keeps some hundred times at once, and then as often as people come', async () => {
    await using chat = await startChat({ env: limited });
    const open = async (from: string) => {
      const answer = await fetch(`${chat.url}/chat/`, { headers: { 'x-forwarded-for': from } });
      await answer.arrayBuffer();
      return answer;
    };
    let refused: Response | undefined;
    for (let n = 0; n < 40 && !refused; n++) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => open('192.0.2.7')));
      refused = answers.find(({ status }) => status === 429);
    }
    expect(refused?.headers.getSetCookie()).toEqual([]);
    expect((await open('192.0.2.8')).status).toBe(200);
  });
});
