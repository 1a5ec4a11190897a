import { describe, expect, it } from 'vitest';
import { PasswordReset } from '../../src/account/password-reset.js';
import type { Identity } from '../../src/auth/auth-provider.js';
import { onEachDatabase, type Place } from './auth.house.js';
import { Client, serve } from './auth.server.js';

const password = 'correct horse battery';
const ann = { username: 'Ann', password };

async function house(place: Place) {
  const server = await serve(place, { apiKeys: true, twoFactor: true });
  const flag = (is: boolean) => (server.database.dialect === 'postgres' ? is : Number(is));
  return {
    ...server,
    flag,
    /** Who comes with the key, as a socket of theirs is remembered. */
    by: async (key: string) =>
      (await server.provider.identify({ headers: { 'x-api-key': key } })) as Identity,
    set: (change: object) => server.tables.updateTable('user').set(change).execute(),
  };
}

const make = async (client: Client) =>
  String((await client.post('/api-key/create', { name: 'Bot' })).body.key);

onEachDatabase((open) => {
  describe('a connection by a key', () => {
    it.each(['banned', 'disabled'] as const)('is over when its person is %s, and why', async (what) => {
      await using place = await open();
      await using server = await house(place);
      const client = new Client(server);
      await client.post('/sign-up/email', ann);
      const identity = await server.by(await make(client));
      expect(await server.provider.ended([identity])).toEqual(new Map());
      await server.set({ [what]: server.flag(true) });
      expect(await server.provider.ended([identity])).toEqual(new Map([[identity.sessionId, 'banned']]));
      await server.set({ [what]: server.flag(false) });
      expect(await server.provider.ended([identity])).toEqual(new Map());
    });

    it('is over when the key is switched off or removed', async () => {
      await using place = await open();
      await using server = await house(place);
      const client = new Client(server);
      await client.post('/sign-up/email', ann);
      const identity = await server.by(await make(client));
      const over = new Map([[identity.sessionId, 'signed_out']]);
      await server.tables
        .updateTable('apikey')
        .set({ enabled: server.flag(false) })
        .execute();
      expect(await server.provider.ended([identity])).toEqual(over);
      await server.tables.deleteFrom('apikey').execute();
      expect(await server.provider.ended([identity])).toEqual(over);
    });
  });

  describe('the keys of a person', () => {
    const another = 'seven swans a swimming';

    it.each([
      ['/change-password', { currentPassword: password, newPassword: another }],
      ['/revoke-sessions', {}],
      ['/revoke-other-sessions', {}],
    ])('end with %s, and so does what they have open; others’ stay', async (path, body) => {
      await using place = await open();
      await using server = await house(place);
      const [client, other] = [new Client(server), new Client(server)];
      await client.post('/sign-up/email', ann);
      await other.post('/sign-up/email', { username: 'Bob', password });
      const [key, theirs] = [await make(client), await make(other)];
      const { sessionId } = await server.by(key);
      const ended: unknown[] = [];
      server.auth.signOuts.listen((signOut) => void ended.push(signOut.sessionId));
      expect((await client.post(path, body)).status).toBe(200);
      expect(ended).toContain(sessionId);
      await expect(server.by(key)).rejects.toMatchObject({ code: 'unauthenticated' });
      await server.by(theirs);
    });

    it('end with a password that is chosen by a link', async () => {
      await using place = await open();
      await using server = await house(place);
      const client = new Client(server);
      const { id } = (await client.post('/sign-up/email', ann)).body.user;
      const key = await make(client);
      const resets = new PasswordReset(server.auth);
      await resets.finish(await resets.begin(id), another);
      await expect(server.by(key)).rejects.toMatchObject({ code: 'unauthenticated' });
    });

    it('are none where the sign-in that makes one ends before it is there', async () => {
      await using place = await open();
      await using server = await house(place);
      const client = new Client(server);
      const { id } = (await client.post('/sign-up/email', ann)).body.user;
      const { adapter } = await server.auth.for({}).$context;
      const create = adapter.create.bind(adapter);
      adapter.create = async (given) => {
        if (given.model === 'apikey') await server.auth.revocation.afterPasswordChange(id);
        return create(given);
      };
      expect((await client.post('/api-key/create', { name: 'Bot' })).status).toBe(401);
      expect(await server.tables.selectFrom('apikey').select('id').execute()).toEqual([]);
    });
  });

  describe('a guest', () => {
    it('has no keys, by cookie or bearer, and nothing else of them is made', async () => {
      await using place = await open();
      await using server = await house(place);
      const guest = new Client(server);
      await guest.post('/sign-in/anonymous');
      const refused = await guest.post('/api-key/create', { name: 'Bot' });
      expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      const bearer = { authorization: `Bearer ${guest.cookie.replace(/^[^=]*=/, '')}` };
      const program = await server.http.post('/api/auth/api-key/create').set(bearer).send({ name: 'Bot' });
      expect(program.status).toBe(403);
      expect(await server.tables.selectFrom('apikey').select('id').execute()).toEqual([]);
    });

    it('who registers keeps none that there may be, and until then it opens nothing', async () => {
      await using place = await open();
      await using server = await house(place);
      const [owner, guest] = [new Client(server), new Client(server)];
      await owner.post('/sign-up/email', ann);
      const key = await make(owner);
      const { id } = (await guest.post('/sign-in/anonymous')).body.user;
      // As older versions let guests make them.
      await server.tables.updateTable('apikey').set({ referenceId: id }).execute();
      await expect(server.by(key)).rejects.toMatchObject({ code: 'unauthenticated' });
      expect((await guest.post('/sign-up/email', { username: 'Bob', password })).status).toBe(200);
      await expect(server.by(key)).rejects.toMatchObject({ code: 'unauthenticated' });
      expect(await server.tables.selectFrom('apikey').select('id').execute()).toEqual([]);
      await server.by(await make(guest));
    });

    it('whom another service signs in keeps none either', async () => {
      await using place = await open();
      await using server = await house(place);
      const owner = new Client(server);
      await owner.post('/sign-up/email', ann);
      await make(owner);
      const [guest, arrived] = [
        await server.provider.createGuest({ headers: {} }),
        await server.provider.createGuest({ headers: {} }),
      ];
      await server.tables.updateTable('apikey').set({ referenceId: guest.user.id }).execute();
      await server.auth.accounts.arrive(arrived.user.id, guest.user.id);
      expect(await server.tables.selectFrom('apikey').select('id').execute()).toEqual([]);
    });
  });

  it('a sign-in is over when its person is banned, also where nobody ended it', async () => {
    await using place = await open();
    await using server = await house(place);
    const client = new Client(server);
    await client.post('/sign-up/email', ann);
    const identity = (await client.who()) as Identity;
    await server.set({ banned: server.flag(true) });
    expect(await server.provider.ended([identity])).toEqual(new Map([[identity.sessionId, 'banned']]));
  });
});
