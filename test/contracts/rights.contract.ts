import { describe, expect, it } from 'vitest';
import type { Appended, EventDraft } from '../../src/log/room-log.js';
import { FOR_GOOD } from '../../src/log/room-members.js';
import { ChatError, type RoomEventType, type User } from '../../src/protocol/index.js';
import { ann, bob, type LogHouse, said } from './room-log.contract.js';

const carol = { id: 'carol', name: 'Carol' };

/** What every room log promises of who is what in a room. */
export function rightsContract(name: string, open: () => Promise<LogHouse>): void {
  describe(`${name} keeps what every room log promises of rights`, () => {
    async function house() {
      const { nodes, ...opened } = await open();
      const [here, there] = nodes;
      const members = [
        { user: ann, role: 'owner' as const },
        { user: bob, role: 'member' as const },
      ];
      const { room } = await here.rooms.create({ kind: 'private', title: 'Den', topic: '', members });
      let count = 0;
      const draft = <Type extends RoomEventType>(
        type: Type,
        data: EventDraft<Type>['data'],
        rights?: number,
        actor = ann,
      ) => {
        const common = { roomId: room.id, actor, clientId: `client-${count++}`, type, data };
        return (rights === undefined ? common : { ...common, rights }) as EventDraft;
      };
      const by = async (who: string) => (await there.members.access(room.name, who)).place;
      return { here, there, room, draft, by, [Symbol.asyncDispose]: opened[Symbol.asyncDispose] };
    }

    it('begins a private room with its members, under a name that nobody can guess', async () => {
      await using den = await house();
      const { here, there, room } = den;
      expect(room).toMatchObject({ kind: 'private', title: 'Den', head: 0, rights: 0, archived: false });
      expect(room.name).toMatch(/^~[a-z2-7]{26}$/);
      const members = await there.members.members(room.id, 10);
      expect(members.map(({ user, role }) => [user.id, role])).toEqual([
        ['ann', 'owner'],
        ['bob', 'member'],
      ]);
      expect((await here.rooms.listOf('bob', 10)).map((one) => one.room.id)).toEqual([room.id]);
      expect(await here.rooms.listOf('carol', 10)).toEqual([]);
      expect((await here.rooms.list(10)).map((one) => one.room.id)).not.toContain(room.id);
    });

    it('ends with one conversation where many open it for the same people at once', async () => {
      await using den = await house();
      const wish = { kind: 'direct' as const, title: '', topic: '', members: [], directKey: 'ann and bob' };
      const opened = await Promise.all(
        Array.from({ length: 10 }, (_, n) => (n % 2 ? den.here : den.there).rooms.create(wish)),
      );
      expect(new Set(opened.map(({ room }) => room.id)).size).toBe(1);
      expect(opened.filter(({ created }) => created)).toHaveLength(1);
    });

    it('makes nobody wait in slow mode for a last message that is still to come: clocks are put back', async () => {
      await using den = await house();
      const { here, room } = den;
      const say = (clientId: string) =>
        here.log.append({ roomId: room.id, actor: bob, clientId, ...said(clientId), pauseMs: 60_000 });
      const now = Date.now;
      Date.now = () => now() + 3_600_000;
      try {
        await say('in an hour');
      } finally {
        Date.now = now;
      }
      await say('now');
      await expect(say('too soon')).rejects.toMatchObject({ code: 'rate_limited' });
    });

    it('lets nobody speak twice in slow mode by way of a node whose clock is a little behind', async () => {
      await using den = await house();
      const { here, there, room } = den;
      const say = (node: typeof here, clientId: string) =>
        node.log.append({ roomId: room.id, actor: bob, clientId, ...said(clientId), pauseMs: 60_000 });
      await say(here, 'first');
      const now = Date.now;
      Date.now = () => now() - 1_000;
      try {
        await expect(say(there, 'second')).rejects.toMatchObject({
          code: 'rate_limited',
          retryAfterMs: 60_000,
        });
      } finally {
        Date.now = now;
      }
    });

    it('takes no turn in slow mode for what was stored before', async () => {
      await using den = await house();
      const { here, room } = den;
      const now = Date.now;
      const say = async (clientId: string, hoursAgo: number) => {
        Date.now = () => now() - hoursAgo * 3_600_000;
        try {
          return await here.log.append({
            roomId: room.id,
            actor: bob,
            clientId,
            ...said(clientId),
            pauseMs: 60_000,
          });
        } finally {
          Date.now = now;
        }
      };
      await say('first', 2);
      await say('second', 1);
      expect(await say('first', 0)).toMatchObject({ dup: true, event: { seq: 1 } });
      expect(await say('third', 0)).toMatchObject({ dup: false, event: { seq: 3 } });
    });

    it('lets a person speak once in a while in slow mode, on whichever node, and everybody else too', async () => {
      await using den = await house();
      const { here, there, room } = den;
      const say = (actor: User, clientId: string, pauseMs: number, node = here) =>
        node.log
          .append({ roomId: room.id, actor, clientId, ...said(clientId), pauseMs })
          .catch((error: unknown) => error);
      const tries = await Promise.all(
        Array.from({ length: 10 }, (_, n) => say(bob, `try-${n}`, 60_000, n % 2 ? here : there)),
      );
      const stored = tries.filter((one) => !(one instanceof Error)) as Appended[];
      expect(stored).toHaveLength(1);
      const refused = tries.filter((one) => one instanceof ChatError);
      expect(refused).toHaveLength(9);
      for (const { code, retryAfterMs } of refused) {
        expect(code).toBe('rate_limited');
        expect(retryAfterMs).toBeGreaterThan(30_000);
        expect(retryAfterMs).toBeLessThanOrEqual(60_000);
      }
      const [first] = stored as [Appended];
      expect(await say(bob, first.event.clientId, 60_000, there)).toMatchObject({
        dup: true,
        event: { seq: 1 },
      });
      expect(await say(carol, 'carol-1', 60_000, there)).toMatchObject({ event: { seq: 2 } });
      expect(await say(bob, 'later', 0)).toMatchObject({ dup: false, event: { seq: 3 } });
      expect(await say(bob, first.event.clientId, 60_000)).toMatchObject({ dup: true, event: { seq: 1 } });
      expect(await say(bob, 'too soon', 60_000)).toMatchObject({ code: 'rate_limited' });
      expect((await there.rooms.find(room.name))?.head).toBe(3);
    });

    it('makes nobody wait by a slow mode that has been lifted: it is to be decided anew', async () => {
      await using den = await house();
      const { here, there, room, draft } = den;
      const { type, data } = said('hi');
      const slow = (rights: number) => ({ ...draft(type, data, rights, bob), pauseMs: 3_600_000 });
      await here.log.append(slow(0));
      const open = { title: 'Den', topic: '', archived: false, slowModeSeconds: 0 };
      await there.log.append(draft('room.updated', open));
      await expect(here.log.append(slow(0))).rejects.toMatchObject({ name: 'RightsChanged' });
      const { rights } = (await here.members.access(room.name, 'bob')).room;
      await expect(here.log.append(slow(rights))).rejects.toMatchObject({ code: 'rate_limited' });
    });

    it('keeps what somebody is in step with what happened, on every node', async () => {
      await using den = await house();
      const { here, by, draft } = den;
      await here.log.append(draft('member.joined', { member: carol, role: 'member' }));
      expect(await by('carol')).toEqual({ role: 'member', seq: 1, bannedUntil: 0, mutedUntil: 0 });
      await here.log.append(draft('member.changed', { member: carol, role: 'moderator' }));
      expect(await by('carol')).toMatchObject({ role: 'moderator', seq: 2 });
      const until = '2100-01-01T00:00:00.000Z';
      await here.log.append(draft('member.muted', { member: carol, until }));
      expect(await by('carol')).toMatchObject({ role: 'moderator', mutedUntil: Date.parse(until) });
      await here.log.append(draft('member.unmuted', { member: carol }));
      expect(await by('carol')).toMatchObject({ role: 'moderator', mutedUntil: 0 });
      await here.log.append(draft('member.banned', { member: carol, until, reason: 'spam' }));
      expect(await by('carol')).toMatchObject({ role: 'former', bannedUntil: Date.parse(until) });
      expect(await here.members.bans(den.room.id, Date.now())).toEqual([
        { user: carol, until: Date.parse(until), reason: 'spam' },
      ]);
      await here.log.append(draft('member.unbanned', { member: carol }));
      expect(await by('carol')).toMatchObject({ role: 'former', bannedUntil: 0 });
      await here.log.append(draft('member.banned', { member: bob }));
      expect(await by('bob')).toMatchObject({ role: 'former', bannedUntil: FOR_GOOD });
      await here.log.append(draft('member.left', { member: ann }));
      expect(await by('ann')).toMatchObject({ role: 'former', seq: 8 });
    });

    it('sets all of what a room is with one event', async () => {
      await using den = await house();
      const { here, there, room, draft } = den;
      const data = { title: 'Lair', topic: 'soup', archived: true, slowModeSeconds: 30 };
      await here.log.append(draft('room.updated', data));
      expect((await there.members.access(room.name, 'ann')).room).toMatchObject({ ...data, head: 1 });
      await here.log.append(draft('room.updated', { ...data, archived: false }));
      expect((await there.members.access(room.name, 'ann')).room).toMatchObject({ archived: false });
    });

    it('gives rights a number that no other rights had, though a room may go through the same once more', async () => {
      await using den = await house();
      const { here, there } = den;
      const numbers = [];
      for (const name of ['one', 'another']) {
        const { room } = await here.rooms.open(name);
        const rights = async () => (await there.members.access(name, 'ann')).room.rights;
        const draft = { roomId: room.id, actor: ann, type: 'member.banned' as const, data: { member: bob } };
        for (const clientId of ['first', 'second']) {
          await here.log.append({ ...draft, clientId });
          numbers.push(await rights());
        }
        await here.log.append({ roomId: room.id, actor: ann, clientId: 'hi', ...said('hi') });
        expect(await rights()).toBe(numbers.at(-1));
      }
      expect(new Set(numbers).size).toBe(4);
    });

    it('stores nothing that was decided on rights which have changed since, whoever asks where', async () => {
      await using den = await house();
      const { here, there, room, draft } = den;
      const { type, data } = said('hi');
      // In the order given: what stands behind the kick was allowed before it. Which of the two kicks is first is open.
      const before = here.log.append(draft(type, data, 0, bob));
      const kick = here.log.append(draft('member.kicked', { member: bob }, 0));
      const behind = [1, 2, 3].map(() => here.log.append(draft(type, data, 0, bob)));
      const elsewhere = before.then(() => there.log.append(draft('member.kicked', { member: bob }, 0)));
      const late = Promise.allSettled(behind);
      const both = Promise.allSettled([kick, elsewhere]);
      expect((await before).event.seq).toBe(1);
      expect((await both).map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      const refused = { status: 'rejected', reason: { name: 'RightsChanged' } };
      expect(await late).toMatchObject([refused, refused, refused]);
      await expect(there.log.append(draft(type, data, 0, bob))).rejects.toMatchObject({ code: 'busy' });
      const { rights } = (await there.members.access(room.name, 'ann')).room;
      expect((await there.log.append(draft(type, data, rights))).event.seq).toBe(3);
      expect((await here.log.range(room.id, { limit: 10 })).map((event) => event.type)).toEqual([
        'message.created',
        'member.kicked',
        'message.created',
      ]);
    });

    it('never stores a send behind the kick, of two processes that race for it', async () => {
      await using den = await house();
      const { here, there, room, draft } = den;
      const { type, data } = said('hi');
      const sends = Array.from({ length: 60 }, () => there.log.append(draft(type, data, 0, bob)));
      const kick = await here.log.append(draft('member.kicked', { member: bob }, 0));
      await Promise.allSettled(sends);
      const events = await here.log.range(room.id, { after: kick.event.seq, limit: 100 });
      expect(events).toEqual([]);
    });
  });
}
