import { expect, describe, it } from 'vitest';
import { onEachDatabase } from './auth.house.js';
import { Client, serve } from './auth.server.js';

const password = 'correct horse battery';
const ann = { username: 'Ann', password };

onEachDatabase((open) => {
  describe('an account', () => {
    it('takes its name from guests who were called so before', async () => {
      await using place = await open();
      await using server = await serve(place);
      const guests = [new Client(server), new Client(server), new Client(server)];
      const rename = (who: Client, name: string) =>
        server.provider.rename({ headers: { cookie: who.cookie } }, name);
      const nameOf = async (who: Client) =>
        (await server.provider.identify({ headers: { cookie: who.cookie } }))?.user.name;
      for (const guest of guests) await guest.post('/sign-in/anonymous');
      const [early, alike, other] = guests as [Client, Client, Client];
      for (const [guest, name] of [
        [early, 'Ann'],
        [alike, 'A n n'],
        [other, 'Bob'],
      ] as const)
        await rename(guest, name);
      const told: string[] = [];
      server.auth.profiles.listen(({ id, name }) => void told.push(`${id} ${name}`));
      const client = new Client(server);
      expect((await client.post('/sign-up/email', ann)).status).toBe(200);
      const names = await Promise.all(guests.map(nameOf));
      expect(names[0]).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ \d{3}$/);
      expect(names[1]).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+ \d{3}$/);
      expect(names[2]).toBe('Bob');
      expect(told.map((line) => line.slice(line.indexOf(' ') + 1)).toSorted()).toEqual(
        names.slice(0, 2).toSorted(),
      );
      // By another name, too, and one's own word for it stays one's own when one registers.
      await rename(client, 'Bob');
      expect(await nameOf(other)).not.toBe('Bob');
      await rename(early, 'Zoë');
      await early.post('/sign-up/email', { username: 'zoe-1', password });
      expect(await nameOf(early)).toBe('Zoë');
    });

    it('is not called as a guest is who takes the name at the same moment', async () => {
      await using place = await open();
      await using server = await serve(place);
      for (let round = 0; round < 10; round++) {
        const [client, guest] = [new Client(server), new Client(server)];
        for (const each of [client, guest]) await each.post('/sign-in/anonymous');
        const name = `Twin ${'abcdefghij'[round]}`;
        const credentials = { headers: { cookie: guest.cookie } };
        await Promise.allSettled([
          server.provider.rename(credentials, name),
          client.post('/sign-up/email', { username: `twin-${'abcdefghij'[round]}`, name, password }),
        ]);
        expect((await server.provider.identify(credentials))?.user.name).not.toBe(name);
      }
    });
  });
});
