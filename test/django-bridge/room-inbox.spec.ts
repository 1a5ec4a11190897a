import { afterEach, describe, expect, it, vi } from 'vitest';
import { HOLD_AFTER_GAP_MS, HOLD_MS, RoomInbox } from '../../src/django-bridge/room-inbox.js';

interface Node {
  inbox: RoomInbox<string>;
  kept: Set<string>;
  leads: boolean;
  /** While true, storing fails. */
  away: boolean;
}

/** Processes that hear the same, and the log that they share: it stores an id once. */
function nodesOf(count: number) {
  const log: string[] = [];
  const tries: string[] = [];
  const stored = new Set<string>();
  const nodes = Array.from({ length: count }, (): Node => {
    const node: Node = {
      kept: new Set(),
      leads: false,
      away: false,
      inbox: new RoomInbox<string>({
        store: async ({ clientId, word }) => {
          tries.push(clientId);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
          if (node.away) throw new Error('no database');
          if (stored.has(clientId)) return;
          stored.add(clientId);
          log.push(word);
        },
        leads: () => node.leads,
        isKept: (clientId) => node.kept.has(clientId),
      }),
    };
    return node;
  });
  return { nodes, log, tries };
}

const all = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `${from + n}`);
const say = (nodes: Node[], words: string[]) => {
  for (const word of words) for (const { inbox } of nodes) inbox.offer({ clientId: `id-${word}`, word });
};

afterEach(() => void vi.useRealTimers());

describe('what Django said, on its way into the log', () => {
  it('is stored in order by who leads; the others wait, and drop what they are told of', async () => {
    const { nodes, log, tries } = nodesOf(2);
    nodes[0]!.leads = true;
    say(nodes, all(0, 50));
    await expect.poll(() => log.length).toBe(50);
    for (const word of all(0, 50)) nodes[1]!.kept.add(`id-${word}`);
    await expect.poll(() => nodes[1]!.inbox.size).toBe(0);
    expect(log).toEqual(all(0, 50));
    expect(tries).toHaveLength(50);
  });

  it('is stored once and in order when two believe that they lead', async () => {
    const { nodes, log } = nodesOf(3);
    say(nodes, all(0, 20));
    nodes[0]!.leads = nodes[1]!.leads = true;
    say(nodes, all(20, 60));
    await expect.poll(() => [nodes[0]!.inbox.size, nodes[1]!.inbox.size]).toEqual([0, 0]);
    expect(log).toEqual(all(0, 60));
    await nodes[2]!.inbox.finish(2_000);
    expect(log).toEqual(all(0, 60));
  });

  it('is stored by another one where who leads says nothing, or is no more', async () => {
    const { nodes, log } = nodesOf(2);
    nodes[0]!.leads = nodes[0]!.away = true;
    say(nodes, all(0, 10));
    await expect.poll(() => log.length, { timeout: HOLD_MS + 3_000 }).toBe(10);
    expect(log).toEqual(all(0, 10));
    await Promise.all(nodes.map(({ inbox }) => inbox.finish(10)));
  });

  it('stays behind its gap when another gap follows: who heard all of it goes first, however slow', async () => {
    const { nodes, log } = nodesOf(2);
    const [whole, holey] = nodes as [Node, Node];
    whole.leads = whole.away = true;
    say([whole], all(0, 5));
    holey.inbox.gap();
    say(nodes, all(5, 10));
    holey.inbox.gap();
    expect(log).toEqual([]);
    whole.away = false;
    await expect.poll(() => log.length, { timeout: 5_000 }).toBe(10);
    expect(log).toEqual(all(0, 10));
    await Promise.all(nodes.map(({ inbox }) => inbox.finish(10)));
  });

  it('waits for a database that is away, in order, and is not given up', async () => {
    const { nodes, log } = nodesOf(1);
    nodes[0]!.leads = nodes[0]!.away = true;
    say(nodes, all(0, 10));
    await expect.poll(() => nodes[0]!.inbox.size).toBe(10);
    nodes[0]!.away = false;
    await expect.poll(() => log.length).toBe(10);
    expect(log).toEqual(all(0, 10));
  });

  it('is stored before a process ends, whoever leads', async () => {
    const { nodes, log } = nodesOf(1);
    say(nodes, all(0, 10));
    await nodes[0]!.inbox.finish(2_000);
    expect(log).toEqual(all(0, 10));
    nodes[0]!.inbox.offer({ clientId: 'late', word: 'late' });
    expect(nodes[0]!.inbox.size).toBe(0);
  });

  it('is stored first by who heard all of it, however long the database was away', async () => {
    vi.useFakeTimers();
    const { nodes, log } = nodesOf(2);
    const [whole, holey] = nodes as [Node, Node];
    whole.leads = whole.away = holey.away = true;
    say([whole], ['1']);
    holey.inbox.gap();
    say(nodes, ['2']);
    await vi.advanceTimersByTimeAsync(HOLD_AFTER_GAP_MS + 2_000);
    holey.away = false;
    await vi.advanceTimersByTimeAsync(2_500);
    whole.away = false;
    await vi.advanceTimersByTimeAsync(HOLD_AFTER_GAP_MS);
    expect(log).toEqual(['1', '2']);
  });

  it('is behind a gap where something before it found no room', async () => {
    const asked: boolean[] = [];
    const kept = new Set<string>();
    const inbox = new RoomInbox<string>({
      store: async () => undefined,
      leads: (isBehindGap) => {
        asked.push(isBehindGap);
        return false;
      },
      isKept: (clientId) => kept.has(clientId),
    });
    for (let n = 0; inbox.dropped === 0; n++) {
      kept.add(`${n}`);
      inbox.offer({ clientId: `${n}`, word: '' });
    }
    await expect.poll(() => inbox.size).toBe(0);
    inbox.offer({ clientId: 'next', word: '' });
    expect(asked.at(-1)).toBe(true);
    await inbox.finish(10_000);
  });
});
