import { randomUUID } from 'node:crypto';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Communicator } from '../../src/testing/index.js';
import { temporaryFolder } from '../support/folder.js';
import { startScript } from '../support/script.js';
import { ServerProcess } from '../support/server-process.js';

const room = 'lobby';

describe('a backup that was restored', () => {
  it('makes whoever comes back reload, though the log is as long again as it was', async () => {
    await using folder = await temporaryFolder();
    const env = { DATABASE_URL: folder.databaseUrl };
    const file = folder.databaseUrl.slice('sqlite:'.length);
    const copy = join(folder.path, 'copy.db');
    /** Says these, and tells where the room is then. */
    const session = async (...texts: string[]) => {
      await using server = await ServerProcess.start(env);
      await using client = await Communicator.connect(`${server.socketUrl}/ws/chat/`);
      for (const text of texts) await client.request('message.send', { room, text, clientId: randomUUID() });
      const { epoch, head } = await client.request('room.join', { room });
      server.child.kill('SIGINT');
      expect(await server.ended).toBe(0);
      return { epoch, head };
    };

    await session('kept');
    await copyFile(file, copy);
    const before = await session('lost', 'lost too');
    expect(before.head).toBe(3);
    for (const end of ['', '-wal', '-shm']) await rm(file + end, { force: true });
    await copyFile(copy, file);

    await using restored = startScript(new URL('../../src/log/restored.ts', import.meta.url), [], env);
    expect(await restored.line()).toBe('Rooms with a new epoch: 1. Whoever comes back to them reloads.');
    expect(await restored.ended).toBe(0);

    await session('said in its place', 'and another');
    await using server = await ServerProcess.start(env);
    await using client = await Communicator.connect(`${server.socketUrl}/ws/chat/`);
    const back = await client.request('room.join', { room, epoch: before.epoch, after: before.head });
    expect(back).toMatchObject({ head: 3, recovered: false });
    expect(back.epoch).not.toBe(before.epoch);
  });
});
