import { describe, expect, it } from 'vitest';
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
    /** What the database says now, whatever was found a moment ago. */
    forget: async () => {
      for (const { id } of await server.tables.selectFrom('user').select('id').execute())
        server.auth.sessions.dropPerson(id);
    },
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
