import { describe, expect, it } from 'vitest';
import type { RoomMembers } from '../../src/log/room-members.js';
import type { EventDraft, RoomDirectory, RoomEvent, RoomLog } from '../../src/log/room-log.js';

/** One process' view of the database. */
export interface LogNode {
  log: RoomLog;
  rooms: RoomDirectory;
  members: RoomMembers;
}

type More = Partial<Pick<EventDraft, 'roomId' | 'actor'>> & { text?: string; replyTo?: string };

/** An empty database, seen by two processes where it lets two in, otherwise twice by one. */
export interface LogHouse extends AsyncDisposable {
  nodes: [LogNode, LogNode];
}

export const ann = { id: 'ann', name: 'Ann' };
export const bob = { id: 'bob', name: 'Bob' };

/** Of a draft: what is said in it. */
export const said = (text: string) => ({ type: 'message.created' as const, data: { text } });

/** What every room log promises, whatever it stores in. */
export function roomLogContract(name: string, open: () => Promise<LogHouse>): void {
  describe(`${name} keeps what every room log promises`, () => {
    async function house() {
      const { nodes, ...opened } = await open();
      const [here, there] = nodes;
      const { room } = await here.rooms.open('lobby');
      const draft = (clientId: string, more: More = {}): EventDraft<'message.created'> => {
        const { text = `text of ${clientId}`, replyTo, ...rest } = more;
        const data = replyTo === undefined ? { text } : { text, replyTo };
        return { roomId: room.id, actor: ann, clientId, type: 'message.created', data, ...rest };
      };
      const close = opened[Symbol.asyncDispose];
      return { here, there, room, draft, nodes, [Symbol.asyncDispose]: close };
    }

    const seqs = (events: RoomEvent[]) => events.map((event) => event.seq);
    const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);

    it('gives back what was stored, to the letter, on every node', async () => {
      await using lobby = await house();
      const { here, there, draft, room } = lobby;
      const text = ' \tžluťoučký\n\r\n👩‍👩‍👧‍👦 e\u0301 "\'\\%_ 日本 \u202e\u0007 ';
      const guest = { id: 'g1', name: "Zoë O'Neil", guest: true };
      const first = await here.log.append(draft('client-1', { text, actor: guest }));
      const second = await there.log.append(draft('client-2', { replyTo: first.event.id }));
      expect(first.dup).toBe(false);
      expect(first.event).toEqual({
        roomId: room.id,
        seq: 1,
        type: 'message.created',
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        actor: guest,
        clientId: 'client-1',
        data: { text },
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      });
      expect(second.event).toMatchObject({ seq: 2, actor: ann, data: { replyTo: first.event.id } });
      for (const node of lobby.nodes) {
        expect(await node.log.range(room.id, { limit: 10 })).toEqual([first.event, second.event]);
      }
    });

    it('stores fifty simultaneous repeats of one send once, and answers all of them alike', async () => {
      await using lobby = await house();
      const { here, there, draft, room } = lobby;
      const answers = await Promise.all(
        upTo(50).map((index) =>
          (index % 2 ? here : there).log.append(draft('same', { text: `try ${index}` })),
        ),
      );
      const events = await here.log.range(room.id, { limit: 100 });
      expect(seqs(events)).toEqual([1]);
      for (const { event } of answers) expect(event).toEqual(events[0]);
      expect(answers.filter(({ dup }) => !dup)).toHaveLength(1);
      expect(await there.log.append(draft('same'))).toEqual({ event: events[0], dup: true });
      expect((await here.log.append(draft('next'))).event.seq).toBe(2);
    });

    it('holds a client id for a repeat only where room and author are the same', async () => {
      await using lobby = await house();
      const { here, draft } = lobby;
      const other = (await here.rooms.open('other')).room;
      const places = [draft('same'), draft('same', { actor: bob }), draft('same', { roomId: other.id })];
      const answers = await Promise.all(places.map((place) => here.log.append(place)));
      expect(answers.map(({ dup }) => dup)).toEqual([false, false, false]);
      expect(new Set(answers.map(({ event }) => event.id)).size).toBe(3);
    });

    it('stores what is new in a batch, whatever stands among it: repeats, other rooms, rights that changed', async () => {
      await using lobby = await house();
      const { here, draft, room } = lobby;
      const other = (await here.rooms.open('other')).room;
      const first = await here.log.append(draft('before'));
      const batch = await Promise.allSettled([
        here.log.append(draft('one', { actor: bob })),
        here.log.append(draft('before', { text: 'again' })),
        here.log.append(draft('two', { roomId: other.id })),
        here.log.append({ ...draft('three'), rights: 5 }),
        here.log.append({ ...draft('four'), rights: 0 }),
        here.log.append({ ...draft('five', { roomId: other.id }), rights: 5 }),
        here.log.append(draft('six', { roomId: 'nowhere' })),
      ]);
      const event = (clientId: string, seq: number) => ({ value: { event: { clientId, seq }, dup: false } });
      const refused = (reason: object) => ({ status: 'rejected', reason });
      expect(batch).toMatchObject([
        event('one', 2),
        { value: { event: first.event, dup: true } },
        event('two', 1),
        refused({ name: 'RightsChanged' }),
        event('four', 3),
        refused({ name: 'RightsChanged' }),
        refused({ code: 'not_found' }),
      ]);
      expect(seqs(await here.log.range(room.id, { limit: 9 }))).toEqual([1, 2, 3]);
      expect((await here.log.heads([room.id, other.id])).get(other.id)?.seq).toBe(1);
    });

    it('gives one order without holes to senders on two nodes, and nobody ever reads a hole', async () => {
      await using lobby = await house();
      const { here, there, draft, room } = lobby;
      const acknowledged = new Map<number, string>();
      const sender = async (index: number) => {
        const mine: number[] = [];
        for (const turn of upTo(25)) {
          const clientId = `sender-${index}-${turn}`;
          const { event } = await (index % 2 ? here : there).log.append(draft(clientId));
          acknowledged.set(event.seq, clientId);
          mine.push(event.seq);
        }
        expect(mine).toEqual(mine.toSorted((a, b) => a - b));
      };
      const seen: RoomEvent[] = [];
      let sending = true;
      const reader = async () => {
        while (sending || seen.length < acknowledged.size) {
          const next = await there.log.range(room.id, { after: seen.length, limit: 100 });
          expect(seqs(next)).toEqual(upTo(next.length, seen.length + 1));
          seen.push(...next);
          // Everybody else's turn: a log in this process may answer without ever leaving it.
          await new Promise(setImmediate);
        }
      };
      const senders = Promise.all(upTo(20).map(sender)).finally(() => (sending = false));
      await Promise.all([senders, reader()]);
      expect(seen.map((event) => event.clientId)).toEqual(upTo(500).map((seq) => acknowledged.get(seq)));
      expect(await here.log.heads([room.id])).toEqual(new Map([[room.id, { epoch: room.epoch, seq: 500 }]]));
    });

    it('turns pages in both directions without a gap or an overlap', async () => {
      await using lobby = await house();
      const { here, draft, room } = lobby;
      for (const index of upTo(25)) await here.log.append(draft(`client-${index}`));
      const page = async (query: { after?: number; before?: number }) =>
        seqs(await here.log.range(room.id, { ...query, limit: 10 }));
      expect(await page({})).toEqual(upTo(10, 16));
      expect(await page({ before: 16 })).toEqual(upTo(10, 6));
      expect(await page({ before: 6 })).toEqual(upTo(5));
      expect(await page({ before: 1 })).toEqual([]);
      expect(await page({ after: 0 })).toEqual(upTo(10));
      expect(await page({ after: 20 })).toEqual(upTo(5, 21));
      expect(await page({ after: 25 })).toEqual([]);
      expect(await page({ after: 4, before: 8 })).toEqual([5, 6, 7]);
    });

    it('shows people under the name they have now, on old messages and whatever a stale tab still says', async () => {
      await using lobby = await house();
      const { here, there, draft, room } = lobby;
      const before = await here.log.append(draft('client-1'));
      await there.rooms.renamePerson({ id: 'ann', name: 'Änne' });
      const stale = await here.log.append(draft('client-2'));
      expect(stale.event.actor).toEqual({ id: 'ann', name: 'Änne' });
      expect(await here.log.append(draft('client-1'))).toEqual({
        event: { ...before.event, actor: { id: 'ann', name: 'Änne' } },
        dup: true,
      });
      const names = (await there.log.range(room.id, { limit: 10 })).map((event) => event.actor.name);
      expect(names).toEqual(['Änne', 'Änne']);
      expect((await here.rooms.list(10))[0]?.last?.actor).toEqual({ id: 'ann', name: 'Änne' });
    });

    it('knows a person who was renamed before writing anything', async () => {
      await using lobby = await house();
      await lobby.there.rooms.renamePerson({ id: 'g2', name: 'Quiet Fox', guest: true });
      const { event } = await lobby.here.log.append(
        lobby.draft('client-1', { actor: { id: 'g2', name: 'Guest 4711', guest: true } }),
      );
      expect(event.actor).toEqual({ id: 'g2', name: 'Quiet Fox', guest: true });
    });

    it('refuses a message to a room that is not there, and stores nothing of it', async () => {
      await using lobby = await house();
      const { here, draft, room } = lobby;
      const lost = here.log.append(draft('client-1', { roomId: 'nowhere' }));
      await expect(lost).rejects.toMatchObject({ name: 'ChatError', code: 'not_found' });
      expect(await here.log.range('nowhere', { limit: 10 })).toEqual([]);
      expect(await here.log.heads(['nowhere', room.id])).toEqual(
        new Map([[room.id, { epoch: room.epoch, seq: 0 }]]),
      );
      expect(await here.log.heads([])).toEqual(new Map());
    });

    it('answers for thousands of rooms at once', async () => {
      await using lobby = await house();
      const strangers = upTo(3_000).map((index) => `stranger-${index}`);
      const heads = await lobby.here.log.heads([...strangers, lobby.room.id]);
      expect(heads).toEqual(new Map([[lobby.room.id, { epoch: lobby.room.epoch, seq: 0 }]]));
    });

    it('gives a room another epoch once, whoever finds that its log went back', async () => {
      await using lobby = await house();
      const { here, there, room } = lobby;
      const other = (await here.rooms.open('other')).room;
      await Promise.all([here, there, here].map(({ log }) => log.renew(room.id, room.epoch)));
      const heads = await there.log.heads([room.id, other.id]);
      const epoch = heads.get(room.id)?.epoch;
      expect(epoch).not.toBe(room.epoch);
      await there.log.renew(room.id, room.epoch);
      await there.log.renew('nowhere', room.epoch);
      expect((await here.log.heads([room.id])).get(room.id)).toEqual({ epoch, seq: 0 });
      expect(heads.get(other.id)?.epoch).toBe(other.epoch);
    });
  });
}
