import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryPage } from '../../src/protocol/index.js';
import { Communicator } from '../../src/testing/index.js';
import { temporaryFolder } from '../support/folder.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { ServerProcess } from '../support/server-process.js';

const room = 'lobby';
const LIVES = 5;
const SENDERS = 8;

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.[Symbol.asyncDispose]());

/** Sends until the server is gone; tells each acknowledgement. */
async function sendUntilDeath(
  client: Communicator,
  acked: (clientId: string, seq: number) => void,
): Promise<void> {
  try {
    for (;;) {
      const clientId = randomUUID();
      acked(clientId, (await client.request('message.send', { room, text: clientId, clientId })).seq);
    }
  } catch {
    await client.closed;
  }
}

async function everything(server: ServerProcess): Promise<HistoryPage['messages']> {
  const messages: HistoryPage['messages'] = [];
  for (let more = true; more;) {
    const after = messages.at(-1)?.seq ?? 0;
    const page = await fetch(`${server.url}/api/rooms/${room}/messages?after=${after}&limit=100`);
    const history = (await page.json()) as HistoryPage;
    messages.push(...history.messages);
    more = history.more;
  }
  return messages;
}

describe.each(['SQLite', 'PostgreSQL'])('a server on %s that is killed while people send', (database) => {
  it('has everything it acknowledged, once, in order, when it is back', async () => {
    await using folder = await temporaryFolder();
    const env: Record<string, string> = {
      DATABASE_URL: database === 'SQLite' ? `sqlite:${folder.path}/chat.db` : await postgres.createDatabase(),
      AUTH_SECRET: 'a secret that outlives the process, of forty',
      RATE_LIMIT: 'off',
    };
    const acked = new Map<string, number>();
    for (let life = 1; life <= LIVES; life++) {
      await using server = await ServerProcess.start(env);
      const goal = acked.size + 40 + Math.floor(Math.random() * 100);
      const enough = Promise.withResolvers<void>();
      const count = (clientId: string, seq: number) => {
        acked.set(clientId, seq);
        if (acked.size >= goal) enough.resolve();
      };
      const clients = await Promise.all(
        Array.from({ length: SENDERS }, () => Communicator.connect(`${server.socketUrl}/ws/chat/`)),
      );
      const senders = clients.map((client) => sendUntilDeath(client, count));
      await enough.promise;
      await server.kill();
      await Promise.all(senders);
    }

    await using server = await ServerProcess.start(env);
    const stored = await everything(server);
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
    expect(new Set(stored.map(({ clientId }) => clientId)).size).toBe(stored.length);
    const places = new Map(stored.map(({ clientId, seq }) => [clientId, seq]));
    for (const [clientId, seq] of acked) expect(places.get(clientId)).toBe(seq);
  }, 300_000);
});

describe('starting', () => {
  it('a second process on one data folder ends with 1, and says which folder and which process', async () => {
    await using folder = await temporaryFolder();
    const env = { DATABASE_URL: `sqlite:${folder.path}/chat.db` };
    await using first = await ServerProcess.start(env);
    const second = ServerProcess.spawn({ ...env, PORT: '0' });
    expect(await second.ended).toBe(1);
    expect(second.output).toContain(folder.path);
    expect(second.output).toContain(String(first.pid));
    expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
  });

  it('with wrong settings ends with 1, and names all of them at once', async () => {
    const server = ServerProcess.spawn({ PORT: 'abc', GUESTS: 'maybe', DATABASE_URL: 'postgres://x/y' });
    expect(await server.ended).toBe(1);
    for (const name of ['PORT', 'GUESTS', 'AUTH_SECRET']) expect(server.output).toContain(name);
  });

  it('on a port that is taken ends with 1 and one sentence', async () => {
    await using folder = await temporaryFolder();
    await using first = await ServerProcess.start({ DATABASE_URL: `sqlite:${folder.path}/a/chat.db` });
    const env = {
      HOST: '127.0.0.1',
      PORT: new URL(first.url).port,
      DATABASE_URL: `sqlite:${folder.path}/b/chat.db`,
    };
    const second = ServerProcess.spawn(env);
    expect(await second.ended).toBe(1);
    expect(second.output.trim().split('\n').at(-1)).toMatch(/^The server cannot listen: .*EADDRINUSE/);
  });
});
