import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { startChat } from '../../src/testing/index.js';
import { Browser, password, register } from '../account/browser-without-script.js';

describe('two hundred sign-ins at once', () => {
  it('are answered or sent away with when to come back, and who chats meanwhile is answered before them', async () => {
    await using chat = await startChat();
    await register(chat.url, 'Ann');
    const [bob, carol] = [await chat.connect('Bob'), await chat.connect('Carol')];
    for (const each of [bob, carol]) await each.request('room.join', { room: 'lobby' });

    let answered = 0;
    const flood = Array.from({ length: 200 }, async (_, n) => {
      const given = n % 2 === 0 ? password : 'not the password';
      const answer = await new Browser(chat.url).post('/chat/~sign-in/', {
        username: 'Ann',
        password: given,
      });
      answered += 1;
      return answer;
    });
    // The first of them is through, so the others are under way.
    await Promise.race(flood);
    for (let n = 0; n < 5; n++) {
      const text = `meanwhile ${n}`;
      await bob.request('message.send', { room: 'lobby', text, clientId: randomUUID() });
      expect(await carol.push('message.created')).toMatchObject({ text });
    }
    expect(answered).toBeLessThan(200);

    const answers = await Promise.all(flood);
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].every((status) => [303, 401, 503].includes(status))).toBe(true);
    const busy = answers.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    for (const { headers } of busy) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    const after = await new Browser(chat.url).post('/chat/~sign-in/', { username: 'Ann', password });
    expect(after.status).toBe(303);
  });

  it('by passwords of any size cost no more: too long ones are refused unread', async () => {
    await using chat = await startChat();
    const ask = async (given: string) =>
      (
        await fetch(`${chat.url}/api/auth/sign-in/username`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: chat.url },
          body: JSON.stringify({ username: 'ann', password: given }),
        })
      ).status;
    expect(await ask('x'.repeat(256))).toBe(401);
    expect(await ask('x'.repeat(257))).toBe(400);
    expect(await ask('x'.repeat(1_000_000))).toBe(413);
  });
});
