import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Communicator } from '../../src/testing/index.js';
import { temporaryFolder } from '../support/folder.js';
import { freePort } from '../support/free-port.js';
import { startRedis } from '../support/redis.js';
import { ServerProcess } from '../support/server-process.js';

const room = 'lobby';
const health = async (server: ServerProcess) =>
  (await (await fetch(`${server.url}/health/ready`)).json()) as { status: string; channelLayer: string };

describe('a server that loses Redis', () => {
  it.each(['redis-pubsub', 'redis'])(
    '(%s) goes on, says so to people and to supervisors, and heals',
    async (layer) => {
      await using folder = await temporaryFolder();
      await using redis = await startRedis();
      const env = {
        DATABASE_URL: folder.databaseUrl,
        REDIS_URL: redis.url,
        RATE_LIMIT: 'off',
        CHANNEL_LAYER: layer,
      };
      await using server = await ServerProcess.start(env);
      await using ann = await Communicator.connect(`${server.socketUrl}/ws/chat/`, { timeoutMs: 15_000 });
      await ann.request('room.join', { room });
      await expect.poll(() => health(server), { timeout: 15_000 }).toMatchObject({ status: 'up' });

      await redis.kill();
      expect(await ann.push('service', ({ degraded }) => degraded)).toEqual({ degraded: true });
      expect(await health(server)).toMatchObject({ status: 'degraded', channelLayer: 'degraded' });
      await ann.request('message.send', { room, text: 'stored all the same', clientId: randomUUID() });
      expect(await ann.push('message.created')).toMatchObject({ text: 'stored all the same' });

      await redis.restart();
      expect(await ann.push('service', ({ degraded }) => !degraded)).toEqual({ degraded: false });
      expect(await health(server)).toMatchObject({ status: 'up' });
    },
  );

  it('or never had one, starts all the same, and tells who comes', async () => {
    await using folder = await temporaryFolder();
    const port = await freePort();
    const env = {
      DATABASE_URL: folder.databaseUrl,
      REDIS_URL: `redis://127.0.0.1:${port}`,
      RATE_LIMIT: 'off',
    };
    await using server = await ServerProcess.start(env);
    await using ann = await Communicator.connect(`${server.socketUrl}/ws/chat/`, { timeoutMs: 20_000 });
    expect(await ann.push('service')).toEqual({ degraded: true });
    await ann.request('room.join', { room });
    await using redis = await startRedis({ port });
    expect(redis.port).toBe(port);
    expect(await ann.push('service', ({ degraded }) => !degraded)).toEqual({ degraded: false });
  });
});
