import { describe, expect, it } from 'vitest';
import { PasswordReset } from '../../src/account/password-reset.js';
import { previousTotp, totp } from '../account/totp.js';
import { onEachDatabase } from './auth.house.js';
import { Client, serve } from './auth.server.js';

const password = 'correct horse battery';
const another = 'seven swans a swimming';
const ann = { username: 'Ann', password };

type Server = Awaited<ReturnType<typeof serve>>;

/** Holds a sign-in back when its password was found right, and before anything is made of it. */
function holdBack(server: Server) {
  const { hashes } = server.auth;
  const verify = hashes.verify.bind(hashes);
  const checked = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  hashes.verify = async (...given) => {
    hashes.verify = verify;
    const isRight = await verify(...given);
    checked.resolve();
    await goOn.promise;
    return isRight;
  };
  return { checked: checked.promise, goOn: () => goOn.resolve() };
}

async function sessions(server: Server): Promise<number> {
  return (await server.tables.selectFrom('session').select('id').execute()).length;
}

async function turnOn(client: Client): Promise<string> {
  const setup = await client.post('/two-factor/enable', { password });
  const secret = String(new URL(setup.body.totpURI).searchParams.get('secret'));
  const code = await previousTotp(secret);
  expect((await client.post('/two-factor/verify-totp', { code })).status).toBe(200);
  return secret;
}

onEachDatabase((open) => {
  describe('a sign-in that is under way', () => {
    it('is refused where the password is changed meanwhile', async () => {
      await using place = await open();
      await using server = await serve(place);
      const [owner, thief] = [new Client(server), new Client(server)];
      await owner.post('/sign-up/email', ann);
      const held = holdBack(server);
      const late = thief.post('/sign-in/username', ann);
      await held.checked;
      const change = { currentPassword: password, newPassword: another };
      expect((await owner.post('/change-password', change)).status).toBe(200);
      held.goOn();
      expect((await late).status).toBe(401);
      expect(await thief.who()).toBeNull();
      expect(await owner.who()).toMatchObject({ user: { name: 'Ann' } });
      expect(await sessions(server)).toBe(1);
    });

    it('is refused where the new password is there, and the sign-ins by the old one have not ended yet', async () => {
      await using place = await open();
      await using server = await serve(place);
      const [owner, thief] = [new Client(server), new Client(server)];
      await owner.post('/sign-up/email', ann);
      const { revocation } = server.auth;
      const end = revocation.afterPasswordChange.bind(revocation);
      const tries: number[] = [];
      revocation.afterPasswordChange = async (...given) => {
        tries.push((await thief.post('/sign-in/username', ann)).status);
        await end(...given);
      };
      const change = { currentPassword: password, newPassword: another };
      expect((await owner.post('/change-password', change)).status).toBe(200);
      expect(tries).toEqual([401]);
      expect(await owner.who()).toMatchObject({ user: { name: 'Ann' } });
      expect(await sessions(server)).toBe(1);
    });

    it('and changes the password is refused where somebody else has changed it meanwhile', async () => {
      await using place = await open();
      await using server = await serve(place);
      const [owner, thief] = [new Client(server), new Client(server)];
      await owner.post('/sign-up/email', ann);
      await thief.post('/sign-in/username', ann);
      const held = holdBack(server);
      const theirs = { currentPassword: password, newPassword: 'eight maids a milking' };
      const late = thief.post('/change-password', theirs);
      await held.checked;
      const mine = { currentPassword: password, newPassword: another };
      expect((await owner.post('/change-password', mine)).status).toBe(200);
      held.goOn();
      expect((await late).status).toBe(400);
      expect(await owner.who()).toMatchObject({ user: { name: 'Ann' } });
      expect(await thief.who()).toMatchObject({ code: 'unauthenticated' });
      expect(await sessions(server)).toBe(1);
      const signIn = (word: string) =>
        new Client(server).post('/sign-in/username', { ...ann, password: word });
      expect((await signIn(another)).status).toBe(200);
      expect((await signIn(theirs.newPassword)).status).toBe(401);
    });

    it('is refused where the person is shut out meanwhile, and is not there when they are let in again', async () => {
      await using place = await open();
      await using server = await serve(place);
      const [owner, late] = [new Client(server), new Client(server)];
      const { id } = (await owner.post('/sign-up/email', ann)).body.user;
      const held = holdBack(server);
      const answer = late.post('/sign-in/username', ann);
      await held.checked;
      const set = (is: boolean) =>
        server.tables
          .updateTable('user')
          .set({ disabled: server.database.dialect === 'postgres' ? is : Number(is) })
          .execute();
      await set(true);
      await server.auth.endAll(id, 'banned');
      held.goOn();
      expect((await answer).status).toBe(403);
      await set(false);
      expect(await sessions(server)).toBe(0);
    });

    it('leaves a password alone that is chosen while a weak hash is made a strong one', async () => {
      await using place = await open();
      await using server = await serve(place);
      await new Client(server).post('/sign-up/email', ann);
      const column = server.tables.selectFrom('account').select('password');
      const strong = (await column.executeTakeFirstOrThrow()).password ?? '';
      const chosen = await server.auth.hashes.hash(another);
      server.auth.hashes.isOld = (hash) => hash === strong;
      const { hashes } = server.auth;
      const hash = hashes.hash.bind(hashes);
      hashes.hash = async (...given) => {
        hashes.hash = hash;
        await server.tables.updateTable('account').set({ password: chosen }).execute();
        return hash(...given);
      };
      expect((await new Client(server).post('/sign-in/username', ann)).status).toBe(401);
      expect((await column.executeTakeFirstOrThrow()).password).toBe(chosen);
    });

    it('by a second factor is worth nothing once the password before it is another one', async () => {
      await using place = await open();
      await using server = await serve(place, { twoFactor: true });
      const [owner, thief, friend] = [new Client(server), new Client(server), new Client(server)];
      await owner.post('/sign-up/email', ann);
      const secret = await turnOn(owner);
      expect((await thief.post('/sign-in/username', ann)).body).toMatchObject({ twoFactorRedirect: true });
      const change = { currentPassword: password, newPassword: another };
      expect((await owner.post('/change-password', change)).status).toBe(200);
      const refused = await thief.post('/two-factor/verify-totp', { code: totp(secret) });
      expect(refused.status).toBe(401);
      expect(await sessions(server)).toBe(1);

      await friend.post('/sign-in/username', { ...ann, password: another });
      expect((await friend.post('/two-factor/verify-totp', { code: totp(secret, 1) })).status).toBe(200);
      expect(await friend.who()).toMatchObject({ user: { name: 'Ann' } });
    });
  });

  it('a link of an administrator sets no password after its owner has chosen one', async () => {
    await using place = await open();
    await using server = await serve(place);
    const owner = new Client(server);
    const { id } = (await owner.post('/sign-up/email', ann)).body.user;
    const resets = new PasswordReset(server.auth);
    const token = await resets.begin(id);
    const change = { currentPassword: password, newPassword: another };
    expect((await owner.post('/change-password', change)).status).toBe(200);
    await expect(resets.finish(token, 'eight maids a milking')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('no browser is trusted without a code', async () => {
    await using place = await open();
    await using server = await serve(place, { twoFactor: true });
    const owner = new Client(server);
    await owner.post('/sign-up/email', ann);
    const secret = await turnOn(owner);
    const client = new Client(server);
    await client.post('/sign-in/username', ann);
    for (const path of ['/two-factor/verify-totp', '/two-factor/verify-backup-code'])
      expect((await client.post(path, { code: totp(secret), trustDevice: true })).status).toBe(400);
    expect((await client.post('/two-factor/verify-totp', { code: totp(secret) })).status).toBe(200);
    expect(client.cookie).not.toContain('trust');
  });

  it('no code is used up without a sign-in', async () => {
    await using place = await open();
    await using server = await serve(place, { twoFactor: true });
    const owner = new Client(server);
    await owner.post('/sign-up/email', ann);
    await turnOn(owner);
    const made = await owner.post('/two-factor/generate-backup-codes', { password });
    const [code] = made.body.backupCodes as string[];
    const client = new Client(server);
    await client.post('/sign-in/username', ann);
    for (const path of ['/two-factor/verify-totp', '/two-factor/verify-backup-code'])
      expect((await client.post(path, { code, disableSession: true })).status).toBe(400);
    expect((await client.post('/two-factor/verify-backup-code', { code })).status).toBe(200);
    expect(await client.who()).toMatchObject({ user: { name: 'Ann' } });
  });
});
