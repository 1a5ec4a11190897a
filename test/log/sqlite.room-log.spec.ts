import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { createRoomLog } from '../../src/log/create.room-log.js';
import { invitesContract } from '../contracts/invites.contract.js';
import { messageChangesContract } from '../contracts/message-changes.contract.js';
import { roomDirectoryContract } from '../contracts/room-directory.contract.js';
import { rightsContract } from '../contracts/rights.contract.js';
import { ann, roomLogContract, said, type LogHouse } from '../contracts/room-log.contract.js';
import { temporaryFolder } from '../support/folder.js';
import { startScript } from '../support/script.js';

async function openLog(url: string) {
  const database = await openDatabase({ url, pool: 1 });
  await migrate(database);
  return { database, ...createRoomLog(database), [Symbol.asyncDispose]: () => database.close() };
}

type Node = Awaited<ReturnType<typeof openLog>>;

const house = async (): Promise<LogHouse> => {
  const folder = await temporaryFolder();
  const node = await openLog(folder.databaseUrl);
  return {
    nodes: [node, node],
    async [Symbol.asyncDispose]() {
      await node.database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
};
roomLogContract('SQLite', house);
roomDirectoryContract('SQLite', house);
messageChangesContract('SQLite', house);
rightsContract('SQLite', house);
invitesContract('SQLite', house, (node) => (node as Node).database);

describe('A room log in a file', () => {
  it('still has everything that was acknowledged, once and in order, after kill -9 in the middle of sending', async () => {
    await using folder = await temporaryFolder();
    const acknowledged: string[] = [];
    for (let life = 1; life <= 3; life += 1) {
      await using sender = startScript(new URL('./sender.script.ts', import.meta.url), [
        folder.databaseUrl,
        `life-${life}`,
      ]);
      for (let count = 0; count < life * 100; count += 1) acknowledged.push(await sender.line());
      await sender.kill();
      // Acknowledgements that were printed before it died and not read yet count too.
      acknowledged.push(...(await sender.rest()));
    }

    await using node = await openLog(folder.databaseUrl);
    const room = await node.rooms.find('lobby');
    const stored = new Map<string, string>();
    for (let page; page === undefined || page.length > 0;) {
      page = await node.log.range(room?.id ?? '', { after: stored.size, limit: 100 });
      for (const event of page) {
        expect(event.seq).toBe(stored.size + 1);
        expect(event.data).toEqual({ text: `text of ${event.clientId}` });
        stored.set(event.clientId, `${event.seq} ${event.clientId}`);
      }
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(6 * 100);
    for (const line of acknowledged) expect(stored.get(line.split(' ')[1] ?? '')).toBe(line);
    // One send of each of the 8 senders may have been stored without its answer being seen.
    expect(stored.size - acknowledged.length).toBeLessThanOrEqual(3 * 8);
  }, 60_000);

  it('is opened again without anything being lost or renumbered', async () => {
    await using folder = await temporaryFolder();
    const append = async (clientId: string) => {
      await using node = await openLog(folder.databaseUrl);
      const { room } = await node.rooms.open('lobby');
      const { event, dup } = await node.log.append({ roomId: room.id, actor: ann, clientId, ...said('hi') });
      return { epoch: room.epoch, seq: event.seq, dup };
    };
    const first = await append('client-1');
    expect(first).toMatchObject({ seq: 1, dup: false });
    expect(await append('client-2')).toEqual({ epoch: first.epoch, seq: 2, dup: false });
    expect(await append('client-1')).toEqual({ epoch: first.epoch, seq: 1, dup: true });
  });

  it('tells a client to try again where the disk is full, and goes on once it is not', async () => {
    await using folder = await temporaryFolder();
    await using node = await openLog(folder.databaseUrl);
    const { room } = await node.rooms.open('lobby');
    const append = (clientId: string) =>
      node.log.append({ roomId: room.id, actor: ann, clientId, ...said('x'.repeat(100_000)) });
    const limit = (pages: number) =>
      sql`pragma max_page_count = ${sql.lit(pages)}`.execute(node.database.kysely);
    await append('client-1');
    await limit(1);
    await expect(append('client-2')).rejects.toMatchObject({ code: 'unavailable' });
    await limit(1_000_000);
    expect((await append('client-2')).event.seq).toBe(2);
    expect((await append('client-2')).dup).toBe(true);
  });
});
