import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Appended } from '../../src/log/room-log.js';
import { ann, said } from '../contracts/room-log.contract.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { openNode } from './postgres.node.js';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

describe('rooms that somebody keeps locked', () => {
  it('gives up on a locked room in time, and leaves the other rooms alone', async () => {
    const url = await server.createDatabase();
    await using node = await openNode(url);
    const { room } = await node.rooms.open('locked');
    const free = (await node.rooms.open('free')).room;
    const draft = { roomId: room.id, actor: ann, clientId: 'client-1', ...said('hi') };
    await node.database.kysely.transaction().execute(async (transaction) => {
      await transaction.selectFrom('room').select('id').where('id', '=', room.id).forUpdate().execute();
      const waiting = node.log.append(draft).catch((error: unknown) => error);
      const started = performance.now();
      const other = await node.log.append({ ...draft, roomId: free.id, clientId: 'client-2' });
      expect(other.event.seq).toBe(1);
      expect(performance.now() - started).toBeLessThan(3_900);
      expect(await waiting).toMatchObject({ code: 'unavailable', cause: { code: '55P03' } });
      expect(performance.now() - started).toBeLessThan(30_000);
    });
    expect(await node.log.append(draft)).toMatchObject({ event: { seq: 1 }, dup: false });
  });

  it('keeps half of its connections for the others, however many rooms are locked', async () => {
    const url = await server.createDatabase();
    await using node = await openNode(url, 4);
    await using elsewhere = await openNode(url);
    const locked = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => (await node.rooms.open(`locked-${n}`)).room.id),
    );
    const free = (await node.rooms.open('free')).room;
    const draft = (roomId: string) => ({ roomId, actor: ann, clientId: `client-${roomId}`, ...said('hi') });
    let waiting: Promise<Appended>[] = [];
    let left = 0;
    await elsewhere.database.kysely.transaction().execute(async (transaction) => {
      await transaction.selectFrom('room').select('id').where('id', 'in', locked).forUpdate().execute();
      waiting = locked.map((roomId) => node.log.append(draft(roomId)).finally(() => left++));
      for (const each of waiting) each.catch(() => undefined);
      const lanes = () => server.query("select 1 from pg_stat_activity where wait_event_type = 'Lock'");
      await expect.poll(async () => (await lanes()).rows.length).toBe(2);
      expect(await node.log.append(draft(free.id))).toMatchObject({ event: { seq: 1 } });
      expect((await node.log.heads([free.id])).get(free.id)?.seq).toBe(1);
      expect(left).toBe(0);
    });
    for (const stored of await Promise.all(waiting)) expect(stored).toMatchObject({ dup: false });
  });
});
