import { describe, expect, it } from 'vitest';
import type { AuthTables } from '../../src/database/auth.tables.js';
import { columnsOf } from '../../src/database/columns.js';
import type { Database } from '../../src/database/database.js';
import { RoomInvites } from '../../src/log/room-invites.js';
import { RightsChanged } from '../../src/log/rights-changed.js';
import type { EventDraft } from '../../src/log/room-log.js';
import { ann, bob, type LogHouse } from './room-log.contract.js';

const HOUR = 3_600_000;
const carol = { id: 'carol', name: 'Carol' };

/** What every database promises of links into rooms. `databaseOf` gives that of a node. */
export function invitesContract(
  name: string,
  open: () => Promise<LogHouse>,
  databaseOf: (node: LogHouse['nodes'][number]) => Database,
): void {
  describe(`${name} keeps what every database promises of invitations`, () => {
    async function house() {
      const { nodes, ...opened } = await open();
      const [here, there] = nodes;
      const members = [
        { user: ann, role: 'owner' as const },
        { user: bob, role: 'moderator' as const },
      ];
      const { room } = await here.rooms.create({ kind: 'private', title: 'Den', topic: '', members });
      const database = databaseOf(here);
      const invites = { here: new RoomInvites(database), there: new RoomInvites(databaseOf(there)) };
      return { here, room, invites, database, [Symbol.asyncDispose]: opened[Symbol.asyncDispose] };
    }

    it('leads everybody who has the token to the room, until it is over', async () => {
      await using den = await house();
      const { invites, room } = den;
      const now = Date.now();
      const { token, ...made } = await invites.here.create(room, ann, now + HOUR);
      const goal = await invites.there.find(token, now);
      expect(goal).toMatchObject({ id: made.id, room: room.name, title: 'Den', by: ann });
      expect(await invites.there.find(token, now + HOUR - 1)).not.toBeNull();
      expect(await invites.there.find(token, now + HOUR)).toBeNull();
      expect(await invites.there.list(room.id, now + HOUR)).toEqual([]);
      expect(await invites.there.find('somebody guesses', now)).toBeNull();
    });

    it('lists what was made, and never tells a token again', async () => {
      await using den = await house();
      const { invites, room } = den;
      const now = Date.now();
      const { token, ...first } = await invites.here.create(room, ann, now + HOUR, 3);
      const { token: other, ...second } = await invites.here.create(room, bob, now + 2 * HOUR);
      expect(token).not.toBe(other);
      const listed = await invites.there.list(room.id, now);
      expect([...listed].sort((a, b) => a.expiresAt - b.expiresAt)).toEqual([first, second]);
      expect(JSON.stringify(listed)).not.toContain(token);
    });

    it('lets in as many as were meant, however many come at once, on whichever node', async () => {
      await using den = await house();
      const { invites, room } = den;
      const { id, token } = await invites.here.create(room, ann, Date.now() + HOUR, 3);
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 ? invites.here : invites.there).take(id, `${n}`)),
      );
      expect(taken.filter(Boolean)).toHaveLength(3);
      expect(await invites.here.find(token, Date.now())).toBeNull();
      expect(await invites.here.list(room.id, Date.now())).toEqual([]);

      await invites.there.giveBack(id, '0');
      expect(await invites.here.find(token, Date.now())).not.toBeNull();
      expect(await invites.here.take(id, 'one more')).toBe(true);
      expect(await invites.there.take(id, 'one too many')).toBe(false);
    });

    it('counts a use once, taken or given back, where the answer was lost and it is asked for once more', async () => {
      await using den = await house();
      const { invites, room, database } = den;
      const attempt = async <T>(work: () => Promise<T>) => (await work(), work());
      const repeating = new RoomInvites(Object.create(database, { attempt: { value: attempt } }));
      const { id } = await invites.here.create(room, ann, Date.now() + HOUR, 2);
      const usesLeft = async () => (await invites.there.list(room.id, Date.now()))[0]?.usesLeft;
      expect(await repeating.take(id, 'one')).toBe(true);
      expect(await usesLeft()).toBe(1);
      expect(await repeating.take(id, 'another')).toBe(true);
      expect(await usesLeft()).toBeUndefined();
      expect(await repeating.take(id, 'one too many')).toBe(false);
      await repeating.giveBack(id, 'another');
      expect(await usesLeft()).toBe(1);
    });

    it('lets in anybody where no number was meant', async () => {
      await using den = await house();
      const { invites, room } = den;
      const { id } = await invites.here.create(room, ann, Date.now() + HOUR);
      for (let n = 0; n < 5; n++) expect(await invites.there.take(id, `${n}`)).toBe(true);
      await invites.here.giveBack(id, '0');
      expect(await invites.here.list(room.id, Date.now())).toMatchObject([{ id, usesLeft: null }]);
    });

    it('is gone when it was taken back, in its own room only', async () => {
      await using den = await house();
      const { invites, room, here } = den;
      const { room: other } = await here.rooms.create({
        kind: 'private',
        title: 'Elsewhere',
        topic: '',
        members: [{ user: bob, role: 'owner' }],
      });
      const { id, token } = await invites.here.create(room, ann, Date.now() + HOUR);
      expect(await invites.there.delete(other.id, id)).toBe(false);
      expect(await invites.here.find(token, Date.now())).not.toBeNull();
      expect(await invites.there.delete(room.id, id)).toBe(true);
      expect(await invites.here.find(token, Date.now())).toBeNull();
      expect(await invites.there.delete(room.id, id)).toBe(false);
    });

    it.each(['member.left', 'member.kicked', 'member.banned', 'member.changed'] as const)(
      'ends with %s of who made it, and with nobody else’s',
      async (type) => {
        await using den = await house();
        const { invites, room, here } = den;
        const by = { bob: '', ann: '' };
        by.ann = (await invites.here.create(room, ann, Date.now() + HOUR)).token;
        by.bob = (await invites.here.create(room, bob, Date.now() + HOUR)).token;
        const data = type === 'member.changed' ? { member: bob, role: 'member' } : { member: bob };
        const draft = { roomId: room.id, actor: carol, clientId: 'c-1', type, data };
        await here.log.append(draft as EventDraft);
        expect(await invites.there.find(by.bob, Date.now())).toBeNull();
        expect(await invites.there.find(by.ann, Date.now())).not.toBeNull();
      },
    );

    it('leads nowhere while who made it is shut out of the server, and no longer than that', async () => {
      await using den = await house();
      const { invites, room, database } = den;
      const now = Date.now();
      const { token } = await invites.here.create(room, ann, now + HOUR);
      const { flag, instant } = columnsOf(database.dialect);
      const users = database.kysely.withTables<Pick<AuthTables, 'user'>>();
      const at = instant(new Date(now));
      await users
        .insertInto('user')
        .values({
          id: ann.id,
          name: 'Ann',
          email: 'ann@here.invalid',
          emailVerified: flag(false),
          createdAt: at,
          updatedAt: at,
        })
        .execute();
      const found = async (change: Partial<Record<'banned' | 'disabled', boolean>>, until?: number) => {
        const banExpires = until === undefined ? null : instant(new Date(until));
        const set = { banned: flag(change.banned ?? false), disabled: flag(change.disabled ?? false) };
        await users
          .updateTable('user')
          .set({ ...set, banExpires })
          .where('id', '=', ann.id)
          .execute();
        return (await invites.there.find(token, now)) !== null;
      };
      expect(await found({})).toBe(true);
      expect(await found({ banned: true })).toBe(false);
      expect(await found({ banned: true }, now + 1)).toBe(false);
      expect(await found({ banned: true }, now)).toBe(true);
      expect(await found({ disabled: true }, now)).toBe(false);
    });

    it('is not made on rights that are others by now', async () => {
      await using den = await house();
      const { invites, room, here } = den;
      const draft = {
        roomId: room.id,
        actor: ann,
        clientId: 'c-1',
        type: 'member.kicked' as const,
        data: { member: bob },
      };
      await here.log.append(draft);
      await expect(invites.here.create(room, bob, Date.now() + HOUR)).rejects.toThrow(RightsChanged);
      expect(await invites.there.list(room.id, Date.now())).toEqual([]);
    });

    it('stays with who becomes an owner', async () => {
      await using den = await house();
      const { invites, room, here } = den;
      const { token } = await invites.here.create(room, bob, Date.now() + HOUR);
      const data = { member: bob, role: 'owner' as const };
      await here.log.append({ roomId: room.id, actor: ann, clientId: 'c-1', type: 'member.changed', data });
      expect(await invites.there.find(token, Date.now())).not.toBeNull();
    });
  });
}
