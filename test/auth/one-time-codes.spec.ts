import { describe, expect, it } from 'vitest';
import { previousTotp, totp } from '../account/totp.js';
import { onEachDatabase, type Place } from './auth.house.js';
import { Client, serve } from './auth.server.js';

const password = 'correct horse battery';
const ann = { username: 'Ann', password };

async function house(place: Place) {
  const server = await serve(place, { twoFactor: true });
  const owner = new Client(server);
  await owner.post('/sign-up/email', ann);
  const setup = await owner.post('/two-factor/enable', { password });
  const secret = String(new URL(setup.body.totpURI).searchParams.get('secret'));
  const first = await previousTotp(secret);
  expect((await owner.post('/two-factor/verify-totp', { code: first })).status).toBe(200);
  return {
    server,
    secret,
    first,
    /** Somebody who has proved the password. */
    async halfway(): Promise<Client> {
      const client = new Client(server);
      expect((await client.post('/sign-in/username', ann)).body).toMatchObject({ twoFactorRedirect: true });
      return client;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const prove = async (client: Client, code: string) =>
  (await client.post('/two-factor/verify-totp', { code })).status;

onEachDatabase((open) => {
  describe('a code of an app', () => {
    it('lets in once, of eight who bring it at the same moment one', async () => {
      await using place = await open();
      await using it = await house(place);
      const clients = await Promise.all(Array.from({ length: 8 }, () => it.halfway()));
      const code = totp(it.secret);
      const statuses = await Promise.all(clients.map((client) => prove(client, code)));
      expect(statuses.sort()).toEqual([200, ...Array.from({ length: 7 }, () => 401)]);
      expect(await it.server.tables.selectFrom('session').select('id').execute()).toHaveLength(2);
    });

    it('is used up by turning the second factor on, and by a later one', async () => {
      await using place = await open();
      await using it = await house(place);
      const client = await it.halfway();
      expect(await prove(client, it.first)).toBe(401);
      // The one before the one that is shown, from a clock that is late.
      const [code, next] = [totp(it.secret), totp(it.secret, 1)];
      expect(await prove(client, next)).toBe(200);
      expect(await prove(await it.halfway(), code)).toBe(401);
    });

    it('is told from a wrong one, which is counted as before', async () => {
      await using place = await open();
      await using it = await house(place);
      const client = await it.halfway();
      const used = await client.post('/two-factor/verify-totp', { code: it.first });
      expect(used.body).toMatchObject({ code: 'CODE_USED' });
      const wrong = await client.post('/two-factor/verify-totp', { code: 'none' });
      expect(wrong.body).toMatchObject({ code: 'INVALID_CODE' });
      expect((await client.post('/two-factor/verify-totp', { code: 5 })).status).toBe(400);
    });
  });
});
