import { describe, expect, it } from 'vitest';
import { onEachDatabase } from './auth.house.js';
import { Client, serve } from './auth.server.js';

const password = 'correct horse battery';
const ann = { username: 'Ann', password };

onEachDatabase((open) => {
  describe('an account', () => {
    it('is made from a name and a password, and signed in by them from elsewhere', async () => {
      await using place = await open();
      await using server = await serve(place);
      const [here, elsewhere] = [new Client(server), new Client(server)];
      expect(await here.post('/sign-up/email', ann)).toMatchObject({ status: 200 });
      expect(await here.who()).toMatchObject({ user: { name: 'Ann' } });

      const answer = await elsewhere.post('/sign-in/username', { username: ' ANN ', password });
      expect(answer).toMatchObject({ status: 200, body: { user: { name: 'Ann', username: 'ann' } } });
      expect(await elsewhere.who()).toMatchObject({ user: { id: answer.body.user.id, name: 'Ann' } });
    });

    it('of a guest is the same person, who keeps the name and the messages', async () => {
      await using place = await open();
      await using server = await serve(place);
      const client = new Client(server);
      const guest = (await client.post('/sign-in/anonymous')).body.user;
      const told: unknown[] = [];
      server.auth.profiles.listen((user) => void told.push(user));

      expect(await client.post('/sign-up/email', ann)).toMatchObject({ status: 200 });

      expect(await client.who()).toMatchObject({ user: { id: guest.id, name: guest.name } });
      expect(await client.who()).not.toMatchObject({ user: { guest: true } });
      expect(told).toEqual([{ id: guest.id, name: guest.name }]);
      expect(await server.people()).toBe(1);
    });

    it('of a guest is made once, also where two tabs ask at the same moment', async () => {
      await using place = await open();
      await using server = await serve(place);
      const client = new Client(server);
      const guest = (await client.post('/sign-in/anonymous')).body.user;
      const tabs = ['first-tab', 'second-tab'].map((username) =>
        server.http
          .post('/api/auth/sign-up/email')
          .set({ origin: server.origin, cookie: client.cookie })
          .send({ username, password }),
      );
      const answers = await Promise.all(tabs);
      const become = answers.filter(({ body }) => body.user?.id === guest.id);
      expect(become.map(({ status }) => status)).toEqual([200]);
      // Refused; or, where it came when the other was done, somebody new: the guest is no more.
      const [other] = answers.filter((answer) => answer !== become[0]);
      expect([200, 409]).toContain(other?.status);
      expect(await server.people()).toBe(other?.status === 200 ? 2 : 1);
    });

    it('administers where it is the first, exactly one of many at once', async () => {
      await using place = await open();
      await using server = await serve(place);
      const names = ['Ada', 'Bob', 'Cy', 'Dee', 'Eve', 'Fay'];
      const made = await Promise.all(
        names.map((username) => new Client(server).post('/sign-up/email', { username, password })),
      );
      expect(made.map(({ status }) => status)).toEqual(names.map(() => 200));
      const admins = await server.tables
        .selectFrom('user')
        .select('role')
        .where('role', '=', 'admin')
        .execute();
      expect(admins).toHaveLength(1);
    });

    it.each(['ann', 'ANN', 'Ａnn', 'a.n.n', 'Αnn'])('is nobody else’s: %s', async (name) => {
      await using place = await open();
      await using server = await serve(place);
      await new Client(server).post('/sign-up/email', ann);
      const again = await new Client(server).post('/sign-up/email', { username: name, password });
      expect([400, 409]).toContain(again.status);
      expect(await server.people()).toBe(1);
    });

    it('has no name of letters that are there to look like others, and neither has a guest', async () => {
      await using place = await open();
      await using server = await serve(place);
      const [client, guest] = [new Client(server), new Client(server)];
      const refused = await client.post('/sign-up/email', { username: 'ᴀnn', password });
      expect(refused).toMatchObject({ status: 400, body: { code: 'bad_name' } });
      await guest.post('/sign-in/anonymous');
      const renamed = server.provider.rename({ headers: { cookie: guest.cookie } }, 'Aɴn');
      await expect(renamed).rejects.toMatchObject({ code: 'bad_name' });
    });

    it('leaves its name to nobody, guests included, and takes another that is free', async () => {
      await using place = await open();
      await using server = await serve(place);
      const [client, guest] = [new Client(server), new Client(server)];
      await client.post('/sign-up/email', ann);
      await guest.post('/sign-in/anonymous');
      const rename = (who: Client, name: string) =>
        server.provider.rename({ headers: { cookie: who.cookie } }, name);
      await expect(rename(guest, 'A n n')).rejects.toMatchObject({ code: 'taken' });
      await expect(rename(guest, 'Admin')).rejects.toMatchObject({ code: 'taken' });
      expect((await rename(client, 'Anna Maria')).user.name).toBe('Anna Maria');
      await expect(rename(guest, 'anna-maria')).rejects.toMatchObject({ code: 'taken' });
      await rename(client, 'Ann');
      expect((await rename(guest, 'Anna Maria')).user.name).toBe('Anna Maria');
    });
  });

  describe('a sign-in', () => {
    it('is a new one every time, and ends the one that the browser had', async () => {
      await using place = await open();
      await using server = await serve(place);
      await new Client(server).post('/sign-up/email', ann);
      const client = new Client(server);
      await client.post('/sign-in/anonymous');
      const planted = client.cookie;
      await client.post('/sign-in/username', ann);
      expect(client.cookie).not.toContain(planted);
      await expect(server.provider.identify({ headers: { cookie: planted } })).rejects.toMatchObject({
        code: 'unauthenticated',
      });
    });

    it('says the same of a wrong password and of a name that is nobody’s', async () => {
      await using place = await open();
      await using server = await serve(place);
      await new Client(server).post('/sign-up/email', ann);
      const wrong = { ...ann, password: 'wrong horse battery' };
      const answers = [
        await new Client(server).post('/sign-in/username', wrong),
        await new Client(server).post('/sign-in/username', { ...wrong, username: 'Nobody' }),
        await new Client(server).post('/sign-in/username', { ...wrong, username: '<no name>' }),
      ];
      for (const { status, text, headers } of answers) {
        expect([status, text]).toEqual([401, answers[0]?.text]);
        expect(headers['set-cookie']).toBeUndefined();
      }
      expect(server.logged()).not.toContain('horse');
    });

    it('counts the exact bytes of the password, and no more than 256 characters', async () => {
      await using place = await open();
      await using server = await serve(place);
      const odd = ' pässwörd mit\u0000 NUL ☃ ';
      expect(
        await new Client(server).post('/sign-up/email', { username: 'Ann', password: odd }),
      ).toMatchObject({
        status: 200,
      });
      const signIn = (given: string) =>
        new Client(server).post('/sign-in/username', { username: 'Ann', password: given });
      expect((await signIn(odd)).status).toBe(200);
      expect((await signIn(odd.trim())).status).toBe(401);
      expect((await signIn(odd.normalize('NFD'))).status).toBe(401);
      expect((await signIn('x'.repeat(257))).status).toBe(400);
    });

    it('makes a weak hash a strong one', async () => {
      await using place = await open();
      await using server = await serve(place);
      await new Client(server).post('/sign-up/email', ann);
      const column = server.tables.selectFrom('account').select('password');
      const stored = async () => (await column.executeTakeFirstOrThrow()).password ?? '';
      expect(await stored()).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
      const weak = '$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$';
      const { argon2Sync } = await import('node:crypto');
      const tag = argon2Sync('argon2id', {
        message: password,
        nonce: Buffer.from('somesalt'),
        memory: 64,
        passes: 1,
        parallelism: 1,
        tagLength: 32,
      });
      const password64 = weak + tag.toString('base64').replace(/=/g, '');
      await server.tables.updateTable('account').set({ password: password64 }).execute();
      expect((await new Client(server).post('/sign-in/username', ann)).status).toBe(200);
      expect(await stored()).toContain('m=19456,t=2,p=1');
      expect((await new Client(server).post('/sign-in/username', ann)).status).toBe(200);
    });
  });

  describe('signing out everywhere', () => {
    it('ends every sign-in of this person, and of nobody else', async () => {
      await using place = await open();
      await using server = await serve(place);
      const [one, two, other] = [new Client(server), new Client(server), new Client(server)];
      await one.post('/sign-up/email', ann);
      await two.post('/sign-in/username', ann);
      await other.post('/sign-up/email', { username: 'Bob', password });
      const cookies = [one.cookie, two.cookie];
      expect((await one.post('/revoke-sessions')).status).toBe(200);
      for (const cookie of cookies)
        await expect(server.provider.identify({ headers: { cookie } })).rejects.toMatchObject({
          code: 'unauthenticated',
        });
      expect(await other.who()).toMatchObject({ user: { name: 'Bob' } });
    });
  });

  describe('another password', () => {
    it('needs the old one, lets this browser stay, and ends every other sign-in', async () => {
      await using place = await open();
      await using server = await serve(place);
      const [here, elsewhere] = [new Client(server), new Client(server)];
      await here.post('/sign-up/email', ann);
      await elsewhere.post('/sign-in/username', ann);
      const next = 'seven swans a swimming';
      const change = (currentPassword: string, newPassword: string) =>
        here.post('/change-password', { currentPassword, newPassword, revokeOtherSessions: false });
      expect((await change('not the one', next)).status).toBe(400);
      expect((await change(password, 'password123')).status).toBe(400);
      expect(await elsewhere.who()).toMatchObject({ user: { name: 'Ann' } });

      const ended: unknown[] = [];
      server.auth.signOuts.listen(({ why }) => void ended.push(why));
      const before = here.cookie;
      expect((await change(password, next)).status).toBe(200);

      expect(ended.sort()).toEqual(['replaced', 'signed_out']);
      expect(here.cookie).not.toBe(before);
      expect(await here.who()).toMatchObject({ user: { name: 'Ann' } });
      expect(await elsewhere.who()).toMatchObject({ code: 'unauthenticated' });
      expect((await elsewhere.post('/sign-in/username', ann)).status).toBe(401);
      expect((await elsewhere.post('/sign-in/username', { ...ann, password: next })).status).toBe(200);
    });

    it('is guessed no faster than by signing in: both count together', async () => {
      await using place = await open();
      await using server = await serve(place, { rateLimit: true });
      const here = new Client(server);
      await here.post('/sign-up/email', ann);
      const newPassword = 'seven swans a swimming';
      for (const currentPassword of ['not this', 'nor that', 'nor the other'])
        expect((await here.post('/change-password', { currentPassword, newPassword })).status).toBe(400);
      for (const guess of ['perhaps this', 'or that'])
        expect((await here.post('/sign-in/username', { ...ann, password: guess })).status).toBe(401);
      expect((await here.post('/sign-in/username', ann)).status).toBe(429);
    });
  });
});
