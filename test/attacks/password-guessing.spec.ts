import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningChat, startChat } from '../../src/testing/index.js';
import { Browser, password, register } from '../account/browser-without-script.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

/** Two servers on one database, without Redis. */
async function twoNodes() {
  const env = {
    DATABASE_URL: await postgres.createDatabase(),
    AUTH_SECRET: 'a secret that both processes share, of forty',
    RATE_LIMIT: true,
  };
  const nodes = [await startChat({ env }), await startChat({ env })] as [RunningChat, RunningChat];
  const guess = (node: RunningChat, given = 'not the password', headers: Record<string, string> = {}) =>
    new Browser(node.url, headers).post('/chat/~sign-in/', { username: 'Ann', password: given });
  return {
    nodes,
    guess,
    async [Symbol.asyncDispose]() {
      for (const node of nodes) await node.close();
    },
  };
}

/** Five; then one behind each wait of 1, 2, 4 … seconds that was over in the meantime; and one that is on its way. */
const fewSince = (begin: number) => 6 + Math.floor(Math.log2((performance.now() - begin) / 1_000 + 1));

describe('whoever guesses a password', () => {
  it('gets so few tries of all servers together, not of each', async () => {
    await using it = await twoNodes();
    await register(it.nodes[0].url, 'Ann');
    const begin = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => it.guess(n % 2 === 0 ? it.nodes[0] : it.nodes[1])),
    );
    const of = (status: number) => answers.filter((answer) => answer.status === status);
    expect(of(401).length).toBeGreaterThanOrEqual(5);
    expect(of(401).length).toBeLessThanOrEqual(fewSince(begin));
    expect(of(401).length + of(429).length).toBe(40);
    for (const { headers } of of(429)) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('gains nothing by saying that they are somebody else', async () => {
    await using it = await twoNodes();
    await register(it.nodes[0].url, 'Ann');
    const claim = (n: number) => ({ 'x-forwarded-for': `198.51.100.${n}`, forwarded: `for=198.51.100.${n}` });
    const begin = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => it.guess(it.nodes[0], 'not the password', claim(n))),
    );
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(fewSince(begin));
  });

  it('does not keep its owner out of the browser that she used before, on whichever server', async () => {
    await using it = await twoNodes();
    const [one, two] = it.nodes;
    const ann = await register(one.url, 'Ann');
    const guesses = await Promise.all(Array.from({ length: 40 }, () => it.guess(one)));
    expect(guesses.some(({ status }) => status === 429)).toBe(true);
    const again = new Browser(two.url);
    for (const pair of ann.cookie.split('; ').filter((each) => each.startsWith('chat.device=')))
      again.keep('chat.device', pair.slice('chat.device='.length));
    expect((await again.post('/chat/~sign-in/', { username: 'Ann', password })).status).toBe(303);
  });
});
