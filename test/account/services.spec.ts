import { describe, expect, it } from 'vitest';
import { ApiKeys } from '../../src/account/api-keys.js';
import { PasswordReset } from '../../src/account/password-reset.js';
import { PeopleAdmin } from '../../src/account/people.admin.js';
import { PicturesService } from '../../src/account/pictures.service.js';
import { ProfileService } from '../../src/account/profile.service.js';
import { keyHash } from '../../src/auth/api-key.reader.js';
import { Arrival } from '../../src/auth/arrival.js';
import type { Identity } from '../../src/auth/auth-provider.js';
import { onEachDatabase, openAuth, type Place } from '../auth/auth.house.js';
import { pngOf } from './pictures.js';

const password = 'correct horse battery';

async function house(place: Place) {
  const opened = await openAuth(place, { apiKeys: true, twoFactor: true });
  const { auth, provider } = opened;
  const profiles = new ProfileService(auth);
  const resets = new PasswordReset(auth);
  return {
    ...opened,
    profiles,
    resets,
    pictures: new PicturesService(auth),
    admin: new PeopleAdmin(auth, resets),
    keys: new ApiKeys(auth),
    /** Somebody with an account, and the sign-in of the guest that they were. */
    async person(username: string) {
      const guest = await provider.createGuest({ headers: {} });
      const userId = guest.user.id;
      await auth.accounts.register({ userId, isGuest: true, username, name: username, password });
      return { ...guest, user: { id: userId, name: username } };
    },
  };
}

onEachDatabase((open) => {
  describe('a person', () => {
    it('has a picture, without what else is in the file, and one only', async () => {
      await using place = await open();
      await using it = await house(place);
      const { user } = await it.person('ann');
      await it.pictures.choose(user.id, pngOf(10, 10));
      await it.pictures.choose(user.id, Buffer.concat([pngOf(20, 20), Buffer.from('where I live')]));
      const rows = await it.tables.selectFrom('picture').select('id').execute();
      expect(rows).toHaveLength(1);
      expect(await it.pictures.find(rows[0]?.id ?? '')).toEqual({ type: 'image/png', bytes: pngOf(20, 20) });
      await it.pictures.remove(user.id);
      expect(await it.tables.selectFrom('picture').select('id').execute()).toEqual([]);
    });

    it('has a status, and is told where they are signed in', async () => {
      await using place = await open();
      await using it = await house(place);
      const { user, sessionId } = await it.person('ann');
      const told: unknown[] = [];
      it.auth.profiles.listen((changed) => void told.push(changed));
      await it.profiles.setStatus(user.id, '  on   holiday ');
      expect(told).toEqual([{ id: user.id, name: user.name, status: 'on holiday' }]);
      const profile = await it.profiles.of(user.id, sessionId);
      expect(profile).toMatchObject({ username: 'ann', isAdmin: true, hasPassword: true, twoFactor: false });
      expect(profile.sessions).toMatchObject([{ id: sessionId, current: true }]);
    });

    it('chooses a new password by a link, of which two at once work as one', async () => {
      await using place = await open();
      await using it = await house(place);
      const { user } = await it.person('ann');
      const token = await it.admin.resetLink(user.id);
      const stored = await it.tables.selectFrom('verification').selectAll().execute();
      expect(JSON.stringify(stored)).not.toContain(token);
      const both = await Promise.allSettled(
        ['seven swans a swimming', 'eight maids a milking'].map((next) => it.resets.finish(token, next)),
      );
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const attempt = { name: 'ann', address: '', device: undefined };
      await expect(it.auth.accounts.verify({ ...attempt, password })).rejects.toMatchObject({
        code: 'unauthenticated',
      });
    });

    it('cannot use a link of yesterday', async () => {
      await using place = await open();
      await using it = await house(place);
      const token = await it.admin.resetLink((await it.person('ann')).user.id);
      const yesterday = it.instant(new Date(Date.now() - 1_000));
      await it.tables.updateTable('verification').set({ expiresAt: yesterday }).execute();
      await expect(it.resets.find(token)).rejects.toMatchObject({ code: 'not_found' });
      await expect(it.resets.finish(token, 'seven swans a swimming')).rejects.toMatchObject({
        code: 'not_found',
      });
    });
  });

  describe('an administrator', () => {
    it('shuts people out, and whose sockets are over is known by asking', async () => {
      await using place = await open();
      await using it = await house(place);
      const [boss, ann, bob, guest] = [
        await it.person('boss'),
        await it.person('ann'),
        await it.person('bob'),
        await it.provider.createGuest({ headers: {} }),
      ];
      await it.admin.disable(boss.user.id, ann.user.id);
      await it.admin.ban(boss.user.id, bob.user.id, { reason: 'spam', days: 1 });
      await it.auth.endAll(guest.user.id);
      const everybody: Identity[] = [boss, ann, bob, guest];
      expect(Object.fromEntries(await it.provider.ended(everybody))).toEqual({
        [ann.sessionId]: 'banned',
        [bob.sessionId]: 'banned',
        [guest.sessionId]: 'signed_out',
      });
      const { people } = await it.admin.list('', 0, false);
      const rows = people.map(({ username, isAdmin, disabled, banned }) => ({
        username,
        isAdmin,
        disabled,
        banned,
      }));
      expect(rows).toEqual(
        expect.arrayContaining([
          { username: 'boss', isAdmin: true, disabled: false, banned: false },
          { username: 'ann', isAdmin: false, disabled: true, banned: false },
          { username: 'bob', isAdmin: false, disabled: false, banned: true },
        ]),
      );
      expect((await it.admin.list('BO', 0, false)).people.map(({ username }) => username).sort()).toEqual([
        'bob',
        'boss',
      ]);
    });

    it('bans for some days, and no longer', async () => {
      await using place = await open();
      await using it = await house(place);
      const [boss, bob] = [await it.person('boss'), await it.person('bob')];
      await it.admin.ban(boss.user.id, bob.user.id, { reason: '', days: 1 });
      const enter = () => it.auth.accounts.verify({ name: 'bob', password, address: '', device: undefined });
      await expect(enter()).rejects.toMatchObject({ code: 'forbidden' });
      const over = it.instant(new Date(Date.now() - 1_000));
      await it.tables.updateTable('user').set({ banExpires: over }).where('id', '=', bob.user.id).execute();
      expect(await enter()).toMatchObject({ userId: bob.user.id });
    });
  });

  describe('a key', () => {
    it('is found by its hash, and its last use is noted', async () => {
      await using place = await open();
      await using it = await house(place);
      const { user } = await it.person('ann');
      const { api } = it.auth.for({}) as unknown as {
        api: { createApiKey(call: { body: object }): Promise<{ id: string; key: string }> };
      };
      const { id, key } = await api.createApiKey({ body: { name: 'Bot', userId: user.id } });
      const { key: stored } = await it.tables.selectFrom('apikey').select('key').executeTakeFirstOrThrow();
      expect(stored).toBe(keyHash(key));
      const from = { headers: { 'x-api-key': key } };
      const identity = await it.provider.identify(from);
      expect(identity).toMatchObject({ user: { id: user.id }, sessionId: `key:${id}` });
      expect(await it.keys.list(user.id)).toMatchObject([{ id, name: 'Bot', used: expect.any(String) }]);
      const statements = await it.statementsOf(async () => {
        for (let n = 0; n < 20; n++) await it.provider.identify(from);
      });
      expect(statements).toBe(0);
      expect((await it.provider.ended([identity as Identity])).size).toBe(0);
      await it.keys.revoke(user.id, id);
      await expect(it.provider.identify(from)).rejects.toMatchObject({ code: 'unauthenticated' });
      expect(await it.provider.ended([identity as Identity])).toEqual(new Map([[`key:${id}`, 'signed_out']]));
    });
  });

  describe('who arrives by another service', () => {
    it('becomes the guest of this browser, once, with what signs them in', async () => {
      await using place = await open();
      await using it = await house(place);
      const arrived = await it.provider.createGuest({ headers: {} });
      const flag = it.database.dialect === 'postgres' ? false : 0;
      await it.tables.updateTable('user').set({ isAnonymous: flag }).execute();
      const guest = await it.provider.createGuest({ headers: {} });
      const arrival = new Arrival(it.database);
      expect(await arrival.settle(arrived.user.id, guest.user.id)).toEqual([guest.user.id]);
      const owners = await it.tables.selectFrom('session').select('userId').execute();
      expect(new Set(owners.map(({ userId }) => userId))).toEqual(new Set([guest.user.id]));
      expect(await arrival.settle(guest.user.id)).toEqual([]);
      const people = await it.tables.selectFrom('user').select(['id', 'role']).execute();
      expect(people).toEqual([{ id: guest.user.id, role: 'admin' }]);
    });
  });
});
