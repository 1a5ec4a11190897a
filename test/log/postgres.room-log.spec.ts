import { EventEmitter, on } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invitesContract } from '../contracts/invites.contract.js';
import { messageChangesContract } from '../contracts/message-changes.contract.js';
import { roomDirectoryContract } from '../contracts/room-directory.contract.js';
import { rightsContract } from '../contracts/rights.contract.js';
import { ann, said, roomLogContract, type LogHouse } from '../contracts/room-log.contract.js';
import { startCuttingProxy } from '../support/cutting-proxy.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { openNode } from './postgres.node.js';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const house = async (): Promise<LogHouse> => {
  const url = await server.createDatabase();
  const nodes: LogHouse['nodes'] = [await openNode(url), await openNode(url)];
  return {
    nodes,
    [Symbol.asyncDispose]: async () =>
      void (await Promise.all(opened(nodes).map((node) => node.database.close()))),
  };
};
roomLogContract('PostgreSQL', house);
roomDirectoryContract('PostgreSQL', house);
messageChangesContract('PostgreSQL', house);
rightsContract('PostgreSQL', house);
invitesContract('PostgreSQL', house, (node) => (node as Node).database);

type Node = Awaited<ReturnType<typeof openNode>>;
const opened = (nodes: LogHouse['nodes']) => nodes as unknown as Node[];

describe('A room log in PostgreSQL', () => {
  it('refuses what it cannot store, alone: what others sent at the same moment is stored', async () => {
    await using node = await openNode(await server.createDatabase());
    const { room } = await node.rooms.open('lobby');
    const drafts = Array.from({ length: 40 }, (_, n) => ({
      roomId: room.id,
      actor: ann,
      clientId: `client-${n}`,
      ...said(n % 10 === 7 ? `bad \0 ${n}` : n % 10 === 8 ? `half \ud800` : `good ${n}`),
    }));
    const outcomes = await Promise.allSettled(drafts.map((draft) => node.log.append(draft)));
    const refused = outcomes.flatMap((outcome, n) => (outcome.status === 'rejected' ? [n] : []));
    expect(refused).toEqual([7, 8, 17, 18, 27, 28, 37, 38]);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'bad_schema' });
    const stored = await node.log.range(room.id, { after: 0, limit: 100 });
    expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: 32 }, (_, n) => n + 1));
  });

  /** Eight senders; each repeats what failed, as a client does. `acknowledged` is by seq. */
  function load(node: Node, roomId: string, name: string, each: number) {
    const progress = new EventEmitter();
    const acknowledged = new Map<number, string>();
    const refusals: unknown[] = [];
    const sender = async (index: number) => {
      for (let turn = 1; turn <= each;) {
        const clientId = `${name}-${index}-${turn}`;
        try {
          const { event } = await node.log.append({ roomId, actor: ann, clientId, ...said(clientId) });
          acknowledged.set(event.seq, event.clientId);
          turn += 1;
          progress.emit('acknowledged', acknowledged.size);
        } catch (error) {
          refusals.push(error);
          if (refusals.length > 1_000) throw error;
        }
      }
    };
    const done = Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(sender));
    // Whoever started it waits for it in the end; a test that failed before that says so by itself.
    done.catch(() => undefined);
    const reached = async (count: number) => {
      if (acknowledged.size >= count) return;
      for await (const [size] of on(progress, 'acknowledged')) if (size >= count) return;
    };
    return { acknowledged, refusals, done, reached };
  }

  async function stored(node: Node, roomId: string) {
    const all = new Map<number, string>();
    for (let page; page === undefined || page.length > 0;) {
      page = await node.log.range(roomId, { after: all.size, limit: 500 });
      for (const event of page) {
        expect(event.seq).toBe(all.size + 1);
        all.set(event.seq, event.clientId);
      }
    }
    return all;
  }

  it('loses and doubles nothing while its connections are cut again and again', async () => {
    const url = await server.createDatabase();
    await using here = await openNode(url);
    await using there = await openNode(url);
    const { room } = await here.rooms.open('lobby');
    const loads = [load(here, room.id, 'here', 75), load(there, room.id, 'there', 75)];
    const name = new URL(url).pathname.slice(1);
    const cutAll = async () => {
      const cut = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1';
      // Those of the last time may not be back yet.
      for (let tries = 0; tries < 1_000; tries++)
        if ((await server.query(cut, [name])).rows.length > 0) return;
      throw new Error('there was nothing to cut');
    };
    for (let count = 50; count <= 500; count += 50) {
      await loads[0]?.reached(count);
      await cutAll();
    }
    await Promise.all(loads.map(({ done }) => done));
    const events = await stored(here, room.id);
    expect(events.size).toBe(2 * 8 * 75);
    expect(new Set(events.values()).size).toBe(events.size);
    for (const { acknowledged, refusals } of loads) {
      for (const [seq, clientId] of acknowledged) expect(events.get(seq)).toBe(clientId);
      for (const error of refusals) expect(error).toMatchObject({ code: 'unavailable' });
    }
  });

  it('stores once, and says so, what was committed just before the answer was lost', async () => {
    const url = new URL(await server.createDatabase());
    await using proxy = await startCuttingProxy(server.port);
    url.port = String(proxy.port);
    await using node = await openNode(url.href, 1);
    const { room } = await node.rooms.open('lobby');
    for (let seq = 1; seq <= 5; seq += 1) {
      proxy.swallowNextAnswer();
      const draft = { roomId: room.id, actor: ann, clientId: `client-${seq}`, ...said('hi') };
      expect(await node.log.append(draft)).toMatchObject({ event: { seq }, dup: false });
      expect(await node.log.append(draft)).toMatchObject({ event: { seq }, dup: true });
    }
    proxy.swallowNextAnswer();
    expect((await node.rooms.open('other')).created).toBe(true);
    expect(proxy.cuts()).toBe(6);
    expect((await stored(node, room.id)).size).toBe(5);
  });

  it('goes on within three seconds of a crash of the server, without anything acknowledged lost', async () => {
    const url = await server.createDatabase();
    await using node = await openNode(url);
    const { room } = await node.rooms.open('lobby');
    const { acknowledged, refusals, done, reached } = load(node, room.id, 'crash', 75);
    await reached(200);
    await server.restart('immediate');
    const back = performance.now();
    await node.rooms.open('after');
    expect(performance.now() - back).toBeLessThan(3_000);
    await done;
    const events = await stored(node, room.id);
    expect(events.size).toBe(8 * 75);
    for (const [seq, clientId] of acknowledged) expect(events.get(seq)).toBe(clientId);
    for (const error of refusals) expect(error).toMatchObject({ code: 'unavailable' });
  });

  it('says within seconds that it is unavailable while the server is down, and recovers by itself', async () => {
    await using own = await startPostgres();
    await using node = await openNode(own.url);
    const { room } = await node.rooms.open('lobby');
    const draft = { roomId: room.id, actor: ann, clientId: 'client-1', ...said('hi') };
    await own.stop();
    const asked = performance.now();
    const answers = await Promise.allSettled([
      node.log.append(draft),
      node.log.range(room.id, { limit: 10 }),
      node.log.heads([room.id]),
      node.rooms.find('elsewhere'),
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 'rejected',
        reason: { code: 'unavailable', retryAfterMs: 1_000 },
      });
    }
    await expect(node.rooms.ping()).rejects.toThrow();
    expect(performance.now() - asked).toBeLessThan(15_000);
    await own.start();
    expect(await node.log.append(draft)).toMatchObject({ event: { seq: 1 }, dup: false });
    await expect(node.rooms.ping()).resolves.toBeUndefined();
  });

  it('lets go of a connection on which the server has fallen silent', async () => {
    const url = await server.createDatabase();
    await using node = await openNode(url, 1);
    const { room } = await node.rooms.open('lobby');
    const { rows } = await server.query('select pid from pg_stat_activity where datname = $1', [
      new URL(url).pathname.slice(1),
    ]);
    const backends = (rows as { pid: number }[]).map(({ pid }) => pid);
    const draft = { roomId: room.id, actor: ann, clientId: 'client-1', ...said('hi') };
    server.freeze(backends);
    try {
      await expect(node.log.append(draft)).rejects.toMatchObject({ code: 'unavailable' });
      // The only place in the pool is free again, for a new connection.
      expect(await node.log.heads([room.id])).toEqual(new Map([[room.id, { epoch: room.epoch, seq: 0 }]]));
    } finally {
      server.resume(backends);
    }
    expect((await node.log.append(draft)).event.seq).toBe(1);
  });
});
