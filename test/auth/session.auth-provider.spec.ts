import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Identity } from '../../src/auth/auth-provider.js';
import { PLAIN_COOKIE, SECURE_COOKIE } from '../../src/auth/session-token.js';
import { authProviderContract } from '../contracts/auth-provider.contract.js';
import { bearerOf, cookieOf, onEachDatabase, openAuth, secret } from './auth.house.js';

const never = 'x'.repeat(32);
const sign = (token: string, key = secret) =>
  `${token}.${createHmac('sha256', key).update(token).digest('base64')}`;

/** What somebody without our secret can make up. */
const forged = [
  '',
  '.',
  'nonsense',
  never,
  `${never}.`,
  `${never}.${'A'.repeat(43)}=`,
  encodeURIComponent(sign(never, 'another secret of thirty-two characters')),
  `${never}%`,
  '%00',
  `${sign(never)}x`,
  encodeURIComponent(sign(`${never}'; drop table "user"`)),
  'é'.repeat(200),
];
const malformed = forged.flatMap((value) => [
  { headers: { cookie: `${PLAIN_COOKIE}=${value}` } },
  { headers: { authorization: `Bearer ${value}` } },
]);

onEachDatabase((open) => {
  authProviderContract('SessionAuthProvider', async () => {
    const place = await open();
    const house = await openAuth(place);
    return {
      provider: house.provider,
      malformed,
      async revoke({ sessionId }) {
        const { token } = await house.tables
          .selectFrom('session')
          .select('token')
          .where('id', '=', sessionId)
          .executeTakeFirstOrThrow();
        await house.auth.withStore((store) => store.deleteSession(token));
      },
      async [Symbol.asyncDispose]() {
        await house[Symbol.asyncDispose]();
        await place[Symbol.asyncDispose]();
      },
    };
  });

  describe('a sign-in', () => {
    it('outlives a restart, by cookie and by bearer, and so does the chosen name', async () => {
      await using place = await open();
      let cookies: string[] | undefined;
      let id: string;
      {
        await using before = await openAuth(place);
        const guest = await before.provider.createGuest({ headers: {} });
        ({ cookies } = guest);
        ({ id } = guest.user);
        await before.provider.rename({ headers: { cookie: cookieOf(cookies) } }, 'Zoë');
      }
      await using after = await openAuth(place);
      const expected = { user: { id, name: 'Zoë', guest: true } };
      expect(await after.provider.identify({ headers: { cookie: cookieOf(cookies) } })).toMatchObject(
        expected,
      );
      expect(await after.provider.identify({ headers: { authorization: bearerOf(cookies) } })).toMatchObject(
        expected,
      );
    });

    it('that is made up costs the database nothing', async () => {
      await using place = await open();
      await using house = await openAuth(place);
      for (const from of malformed) {
        const statements = await house.statementsOf(() =>
          expect(house.provider.identify(from)).rejects.toMatchObject({ code: 'unauthenticated' }),
        );
        expect(statements).toBe(0);
      }
    });

    it('cannot be made from a copy of the database', async () => {
      await using place = await open();
      await using house = await openAuth(place);
      await house.provider.createGuest({ headers: {} });
      const { token } = await house.tables.selectFrom('session').select('token').executeTakeFirstOrThrow();
      for (const headers of [{ authorization: `Bearer ${token}` }, { cookie: `${PLAIN_COOKIE}=${token}` }]) {
        await expect(house.provider.identify({ headers })).rejects.toMatchObject({ code: 'unauthenticated' });
      }
    });

    it('costs one statement however many connections come back with it at once', async () => {
      await using place = await open();
      await using house = await openAuth(place);
      const { cookies, user } = await house.provider.createGuest({ headers: {} });
      const from = { headers: { cookie: cookieOf(cookies) } };
      const statements = await house.statementsOf(async () => {
        const all = await Promise.all(Array.from({ length: 50 }, () => house.provider.identify(from)));
        expect(all.every((identity) => identity?.user.id === user.id)).toBe(true);
        await house.provider.identify(from);
      });
      expect(statements).toBe(1);
    });

    it('ends after 14 days without use', async () => {
      await using place = await open();
      await using house = await openAuth(place);
      const { cookies } = await house.provider.createGuest({ headers: {} });
      expect(cookies?.[0]).toContain('; Max-Age=7776000;');
      const unused = { updatedAt: house.instant(daysAgo(14)), expiresAt: house.instant(daysAgo(0)) };
      await house.tables.updateTable('session').set(unused).execute();
      const again = house.provider.identify({ headers: { cookie: cookieOf(cookies) } });
      await expect(again).rejects.toMatchObject({ code: 'unauthenticated' });
    });

    it('is extended by use once a day, in the browser too', async () => {
      await using place = await open();
      let cookies: string[] | undefined;
      {
        await using house = await openAuth(place);
        ({ cookies } = await house.provider.createGuest({ headers: {} }));
        const used = { updatedAt: house.instant(daysAgo(2)), expiresAt: house.instant(daysAgo(-12)) };
        await house.tables.updateTable('session').set(used).execute();
        const identity = await house.provider.identify({ headers: { cookie: cookieOf(cookies) } });
        expect(cookieOf(identity?.cookies)).toBe(cookieOf(cookies));
        expect(identity?.cookies?.[0]).toContain('; Max-Age=7776000;');
      }
      await using later = await openAuth(place);
      const session = await later.tables.selectFrom('session').select('expiresAt').executeTakeFirstOrThrow();
      expect(new Date(session.expiresAt).getTime()).toBeGreaterThan(daysAgo(-13.9).getTime());
      const statements = await later.statementsOf(async () => {
        const identity = await later.provider.identify({ headers: { cookie: cookieOf(cookies) } });
        expect(identity?.cookies).toBeUndefined();
      });
      expect(statements).toBe(1);
    });

    it('is extended by a socket that stays open, once a day, and not beyond its 90 days', async () => {
      await using place = await open();
      await using house = await openAuth(place);
      const guests = await Promise.all([1, 2, 3].map(() => house.provider.createGuest({ headers: {} })));
      const [fresh, used, old] = guests as [Identity, Identity, Identity];
      const set = (identity: Identity, times: Record<string, number>) =>
        house.tables
          .updateTable('session')
          .set(
            Object.fromEntries(Object.entries(times).map(([at, days]) => [at, house.instant(daysAgo(days))])),
          )
          .where('id', '=', identity.sessionId)
          .execute();
      await set(used, { createdAt: 12, updatedAt: 12, expiresAt: -2 });
      await set(old, { createdAt: 85, updatedAt: 12, expiresAt: -2 });
      const ends = async () => {
        const rows = await house.tables.selectFrom('session').select(['id', 'expiresAt']).execute();
        const of = new Map(rows.map(({ id, expiresAt }) => [id, new Date(expiresAt).getTime()]));
        return guests.map(({ sessionId }) => ((of.get(sessionId) ?? 0) - Date.now()) / 86_400_000);
      };
      expect(await house.provider.ended(guests)).toEqual(new Map());
      const [first, second, third] = (await ends()) as [number, number, number];
      expect([first, second].map(Math.round)).toEqual([14, 14]);
      expect(third).toBeGreaterThan(4.9);
      expect(third).toBeLessThanOrEqual(5);
      expect(await house.statementsOf(() => house.provider.ended(guests))).toBe(1);
      await set(fresh, { expiresAt: 0 });
      expect([...(await house.provider.ended(guests)).keys()]).toEqual([fresh.sessionId]);
    });

    it('ends 90 days after it began, however much it is used', async () => {
      await using place = await open();
      await using house = await openAuth(place);
      const { cookies } = await house.provider.createGuest({ headers: {} });
      const old = {
        createdAt: house.instant(daysAgo(85)),
        updatedAt: house.instant(daysAgo(2)),
        expiresAt: house.instant(daysAgo(-1)),
      };
      await house.tables.updateTable('session').set(old).execute();
      const identity = await house.provider.identify({ headers: { cookie: cookieOf(cookies) } });
      const maxAge = Number(/Max-Age=(\d+)/.exec(identity?.cookies?.[0] ?? '')?.[1]);
      expect(maxAge).toBeGreaterThan(4.9 * 24 * 3600);
      expect(maxAge).toBeLessThanOrEqual(5 * 24 * 3600);
    });
  });

  describe('the cookie', () => {
    it('is HttpOnly, Lax and for the whole host', async () => {
      await using place = await open();
      await using house = await openAuth(place);
      const { cookies } = await house.provider.createGuest({ headers: {} });
      expect(cookies).toEqual([
        expect.stringMatching(/^chat\.session_token=\S+; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/),
      ]);
    });

    it('is Secure with the __Host- prefix where people come over https, and only there', async () => {
      await using place = await open();
      const secure =
        /^__Host-chat\.session_token=\S+; Max-Age=7776000; Path=\/; HttpOnly; Secure; SameSite=Lax$/;
      {
        await using house = await openAuth(place, { baseURL: 'https://chat.example' });
        expect((await house.provider.createGuest({ headers: {} })).cookies?.[0]).toMatch(secure);
      }
      {
        await using house = await openAuth(place, { baseURL: 'http://chat.example' });
        const { cookies } = await house.provider.createGuest({ headers: {}, secure: true });
        expect(cookies?.[0]).toMatch(/^chat\.session_token=(?!.*Secure)/);
      }
      await using house = await openAuth(place);
      expect((await house.provider.createGuest({ headers: {}, secure: true })).cookies?.[0]).toMatch(secure);
    });

    it('planted over http does not count where the public address is https', async () => {
      await using place = await open();
      await using house = await openAuth(place, { baseURL: 'https://chat.example' });
      const { cookies } = await house.provider.createGuest({ headers: {} });
      const cookie = cookieOf(cookies).replace(SECURE_COOKIE, PLAIN_COOKIE);
      expect(await house.provider.identify({ headers: { cookie } })).toBeNull();
    });
  });
});

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 24 * 3600 * 1000);
}
