import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Communicator } from '../../src/testing/index.js';
import { temporaryFolder } from '../support/folder.js';
import { ServerProcess } from '../support/server-process.js';

describe('a server that is asked to stop', () => {
  it('says so, answers what was sent, sends everybody away with 1012, and ends with 0', async () => {
    await using folder = await temporaryFolder();
    const settings = {
      RATE_LIMIT: 'off',
      DRAIN_DELAY_MS: '5000',
      DRAIN_WINDOW_MS: '500',
      MAX_CONNECTIONS: '500',
    };
    await using server = await ServerProcess.start({ DATABASE_URL: folder.databaseUrl, ...settings });
    const connect = (dialect?: 'plain') =>
      Communicator.connect(`${server.socketUrl}/ws/chat/lobby/`, {
        timeoutMs: 30_000,
        ...(dialect && { dialect }),
      });
    const rich = await Promise.all(Array.from({ length: 150 }, () => connect()));
    const plain = await connect('plain');

    const sent = rich[0]?.request('message.send', {
      room: 'lobby',
      text: 'last words',
      clientId: randomUUID(),
    });
    server.child.kill('SIGTERM');

    await expect.poll(async () => (await fetch(`${server.url}/health/ready`)).status).toBe(503);
    await expect(connect()).rejects.toMatchObject({ status: 503 });
    expect(await sent).toMatchObject({ seq: 1 });
    for (const client of rich) {
      expect((await client.push('bye')).retryAfterMs).toBeLessThanOrEqual(500);
      expect(await client.closed).toMatchObject({ code: 1012 });
    }
    expect(await plain.closed).toMatchObject({ code: 1012 });
    expect(await server.ended).toBe(0);
  });

  it('gives a balancer its moment, too, where nobody has a socket open', async () => {
    await using folder = await temporaryFolder();
    const env = { DATABASE_URL: folder.databaseUrl, DRAIN_DELAY_MS: '20000' };
    await using server = await ServerProcess.start(env);
    server.child.kill('SIGTERM');
    await expect.poll(async () => (await fetch(`${server.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${server.url}/chat/lobby/`)).status).toBe(200);
    await using impatient = await ServerProcess.start({ ...env, DATABASE_URL: 'sqlite::memory:' });
    impatient.child.kill('SIGINT');
    expect(await impatient.ended).toBe(0);
  });
});
