import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../src/audit/audit-log.js';
import { SqlAuditLog } from '../../src/audit/sql.audit-log.js';
import { onEachDatabase, openAuth } from '../auth/auth.house.js';

const DAY_MS = 86_400_000;
const entry = (given: Partial<AuditEntry> = {}): AuditEntry => ({
  kind: 'signed_out',
  at: Date.now(),
  actor: null,
  person: null,
  address: null,
  times: 1,
  detail: {},
  ...given,
});

onEachDatabase((open) => {
  describe('the audit log', () => {
    it('refuses to change or remove what is in it, by whatever statement', async () => {
      await using place = await open();
      await using house = await openAuth(place);
      const log = new SqlAuditLog(house.database);
      await log.append(entry({ actor: 'ann' }));
      const { kysely } = house.database;
      const refused = 'append-only';
      await expect(kysely.updateTable('audit').set({ actor_id: 'bob' }).execute()).rejects.toThrow(refused);
      await expect(kysely.deleteFrom('audit').execute()).rejects.toThrow(refused);
      if (house.database.dialect === 'postgres')
        await expect(sql`truncate audit`.execute(kysely)).rejects.toThrow(refused);
      const again = { no: 1, ...entry(), actor_id: 'bob', person_id: null, detail: null };
      const { actor: _actor, person: _person, ...row } = again;
      await expect(kysely.replaceInto('audit').values(row).execute()).rejects.toThrow();
      expect((await log.page({ limit: 10 })).rows).toMatchObject([{ actor: { id: 'ann' } }]);
    });

    it('lets go of what is too old, and of nothing that is younger than 90 days', async () => {
      await using place = await open();
      await using house = await openAuth(place);
      const log = new SqlAuditLog(house.database);
      for (const days of [400, 100, 80, 0]) await log.append(entry({ at: Date.now() - days * DAY_MS }));
      const { signal } = new AbortController();
      expect(await log.purge(Date.now() - 365 * DAY_MS, signal)).toBe(1);
      await expect(log.purge(Date.now(), signal)).rejects.toThrow('append-only');
      expect(await log.purge(Date.now() - 91 * DAY_MS, signal)).toBe(1);
      const { rows } = await log.page({ limit: 10 });
      expect(rows.map(({ no }) => no)).toEqual([4, 3]);
    });

    it('removes thousands of old ones in steps, and stops when it is told to', async () => {
      await using place = await open();
      await using house = await openAuth(place);
      const log = new SqlAuditLog(house.database);
      const old = { kind: 'signed_out', at: Date.now() - 500 * DAY_MS, times: 1 };
      const rows = Array.from({ length: 1_200 }, () => old);
      await house.database.kysely.insertInto('audit').values(rows).execute();
      const stopped = AbortSignal.abort();
      expect(await log.purge(Date.now() - 365 * DAY_MS, stopped)).toBe(0);
      expect(await log.purge(Date.now() - 365 * DAY_MS, new AbortController().signal)).toBe(1_200);
    });

    it('is read newest first, page by page, by what one did or what was done to them, and by kind', async () => {
      await using place = await open();
      await using house = await openAuth(place);
      const log = new SqlAuditLog(house.database);
      const guest = await house.provider.createGuest({ headers: {} });
      const { id, name } = guest.user;
      await log.append(entry({ actor: 'boss', person: id, kind: 'banned', detail: { days: 7 } }));
      for (let n = 0; n < 5; n++) await log.append(entry({ actor: id, address: `10.0.0.${n}` }));
      await log.append(entry({ actor: 'somebody else' }));

      const first = await log.page({ limit: 3 });
      expect(first.rows.map(({ no }) => no)).toEqual([7, 6, 5]);
      expect(first.more).toBe(true);
      const rest = await log.page({ limit: 4, before: 5 });
      expect(rest.rows.map(({ no }) => no)).toEqual([4, 3, 2, 1]);
      expect(rest.more).toBe(false);
      expect(rest.rows.at(-1)).toMatchObject({
        actor: { id: 'boss', name: null },
        person: { id, name },
        detail: { days: 7 },
      });

      for (const person of [id, name]) expect((await log.page({ person, limit: 10 })).rows).toHaveLength(6);
      expect((await log.page({ person: 'nobody', limit: 10 })).rows).toEqual([]);
      const bans = await log.page({ person: id, kind: 'banned', limit: 10 });
      expect(bans.rows.map(({ kind }) => kind)).toEqual(['banned']);
    });
  });
});
