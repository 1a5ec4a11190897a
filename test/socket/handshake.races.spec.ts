import { beforeEach, describe, expect, it } from 'vitest';
import { PublicRoomPolicy } from '../../src/chat/room.policy.js';
import { Admission } from '../../src/socket/admission.js';
import { ConnectionRegistry } from '../../src/socket/connection.registry.js';
import { type RunningChat, startChat } from '../../src/testing/index.js';

/** Whoever asks whether a room may be read waits at it. */
class Gate extends PublicRoomPolicy {
  static waiting = 0;
  static opened = Promise.withResolvers<void>();

  override async mayRead(): Promise<void> {
    Gate.waiting++;
    await Gate.opened.promise;
  }
}

const path = '/ws/chat/lobby/';
const many = 8;

async function arrive(chat: RunningChat, headers?: Record<string, string>) {
  const all = Array.from({ length: many }, () =>
    chat.connect(undefined, { path, ...(headers && { headers }) }),
  );
  const arrived = Promise.allSettled(all);
  await expect.poll(() => Gate.waiting).toBe(many);
  Gate.opened.resolve();
  const refusals = (await arrived).flatMap((each) =>
    each.status === 'rejected' ? [each.reason.status] : [],
  );
  return { refusals, connected: chat.app.get(ConnectionRegistry).size };
}

describe('those who are looked up together', () => {
  beforeEach(() => {
    Gate.waiting = 0;
    Gate.opened = Promise.withResolvers<void>();
  });

  it('are as many as the server may hold, and the others are refused', async () => {
    await using chat = await startChat({ roomPolicy: Gate, env: { MAX_CONNECTIONS: 2 } });
    expect(await arrive(chat)).toEqual({ refusals: Array(many - 2).fill(503), connected: 2 });
  });

  it('are as many as one person may have', async () => {
    await using chat = await startChat({
      roomPolicy: Gate,
      env: { MAX_CONNECTIONS_PER_USER: 2, RATE_LIMIT: true },
    });
    const headers = { cookie: await chat.signIn('Ann'), origin: chat.url };
    expect(await arrive(chat, headers)).toEqual({ refusals: Array(many - 2).fill(429), connected: 2 });
  });

  it('do not come in once the doors are shut, and nothing waits for them', async () => {
    const chat = await startChat({ roomPolicy: Gate, env: { DRAIN_WINDOW_MS: 0 } });
    const late = chat.connect(undefined, { path });
    await expect.poll(() => Gate.waiting).toBe(1);
    const closed = chat.app.close();
    await expect.poll(() => chat.app.get(Admission).isShut).toBe(true);
    Gate.opened.resolve();
    await expect(late).rejects.toMatchObject({ status: 503 });
    await closed;
  });
});
