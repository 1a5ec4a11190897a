import { describe, expect, it } from 'vitest';
import { onEachDatabase } from './auth.house.js';
import { Client, serve } from './auth.server.js';

const password = 'correct horse battery';
const ann = { username: 'Ann', password };

onEachDatabase((open) => {
  describe('the password that a change of the second factor asks for', () => {
    it('is guessed no faster than by signing in: all count together', async () => {
      await using place = await open();
      await using server = await serve(place, { rateLimit: true, twoFactor: true });
      const here = new Client(server);
      await here.post('/sign-up/email', ann);
      const guesses = ['enable', 'disable', 'generate-backup-codes', 'enable', 'disable'];
      for (const [at, path] of guesses.entries()) {
        const refused = await here.post(`/two-factor/${path}`, { password: `guess ${String(at)}` });
        expect([refused.status, refused.body.code]).toEqual([400, 'INVALID_PASSWORD']);
      }
      const right = await here.post('/two-factor/generate-backup-codes', { password });
      expect([right.status, right.body.code]).toEqual([429, 'rate_limited']);
      expect((await here.post('/sign-in/username', ann)).status).toBe(429);
    });

    it('does not count where it is right, and one that is no text is refused', async () => {
      await using place = await open();
      await using server = await serve(place, { twoFactor: true });
      const here = new Client(server);
      await here.post('/sign-up/email', ann);
      for (let n = 0; n < 6; n++)
        expect((await here.post('/two-factor/enable', { password })).status).toBe(200);
      for (const odd of [5, null, ['x'], 'x'.repeat(4_000)])
        expect((await here.post('/two-factor/enable', { password: odd })).status).toBe(400);
    });
  });
});
