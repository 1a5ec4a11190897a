import { describe, expect, it } from 'vitest';
import type { AuthProvider, Credentials, Identity } from '../../src/auth/auth-provider.js';

export interface AuthProviderUnderTest extends AsyncDisposable {
  provider: AuthProvider;
  /** Credentials that nobody was ever given: torn, forged, of another kind. At least one. */
  malformed: Credentials[];
  /** Ends one sign-in, as an administrator would. */
  revoke(identity: Identity): Promise<void>;
}

/** What everybody who asks an `AuthProvider` relies on. `open` starts from nothing. */
export function authProviderContract(name: string, open: () => Promise<AuthProviderUnderTest>): void {
  describe(`${name} as an AuthProvider`, () => {
    it('knows nobody behind a request with neither cookie nor bearer', async () => {
      await using house = await open();
      expect(await house.provider.identify({ headers: {} })).toBeNull();
      expect(await house.provider.identify({ headers: { cookie: 'theme=dark', accept: '*/*' } })).toBeNull();
    });

    it('makes a guest whose cookies say who it is from then on', async () => {
      await using house = await open();
      const guest = await house.provider.createGuest({ headers: {} });
      expect(guest.user).toMatchObject({ id: expect.any(String), name: expect.any(String), guest: true });
      expect(guest.user.name).not.toBe('');
      const again = await house.provider.identify(withCookiesOf(guest));
      expect(again).toMatchObject({ user: guest.user, sessionId: guest.sessionId });
    });

    it('makes a new person and a new sign-in every time', async () => {
      await using house = await open();
      const [one, other] = [
        await house.provider.createGuest({ headers: {} }),
        await house.provider.createGuest({ headers: {} }),
      ];
      expect(one.user.id).not.toBe(other.user.id);
      expect(one.sessionId).not.toBe(other.sessionId);
      expect((await house.provider.identify(withCookiesOf(one)))?.user.id).toBe(one.user.id);
      expect((await house.provider.identify(withCookiesOf(other)))?.user.id).toBe(other.user.id);
    });

    it('never takes an identity from what stands beside the cookies', async () => {
      await using house = await open();
      const guest = await house.provider.createGuest({ headers: {} });
      const token = withCookiesOf(guest).headers.cookie ?? '';
      const elsewhere = { headers: { referer: `https://chat.example/?token=${token}`, 'x-session': token } };
      expect(await house.provider.identify(elsewhere)).toBeNull();
    });

    it('refuses what is malformed instead of taking it for nobody', async () => {
      await using house = await open();
      expect(house.malformed).not.toHaveLength(0);
      for (const from of house.malformed) {
        await expect(house.provider.identify(from)).rejects.toMatchObject({ code: 'unauthenticated' });
      }
    });

    it('refuses a sign-in that was revoked, and only that one', async () => {
      await using house = await open();
      const revoked = await house.provider.createGuest({ headers: {} });
      const other = await house.provider.createGuest({ headers: {} });
      await house.provider.identify(withCookiesOf(revoked));
      await house.revoke(revoked);
      const again = house.provider.identify(withCookiesOf(revoked));
      await expect(again).rejects.toMatchObject({ code: 'unauthenticated' });
      expect((await house.provider.identify(withCookiesOf(other)))?.user).toEqual(other.user);
    });

    it('renames the person, who stays the same person', async () => {
      await using house = await open();
      const guest = await house.provider.createGuest({ headers: {} });
      await house.provider.identify(withCookiesOf(guest));
      const renamed = await house.provider.rename(withCookiesOf(guest), 'Zoë');
      expect(renamed.user).toEqual({ ...guest.user, name: 'Zoë' });
      expect((await house.provider.identify(withCookiesOf(guest)))?.user).toEqual(renamed.user);
    });

    it('renames nobody where nobody is signed in', async () => {
      await using house = await open();
      const nobody = house.provider.rename({ headers: {} }, 'Zoë');
      await expect(nobody).rejects.toMatchObject({ code: 'unauthenticated' });
    });
  });
}

function withCookiesOf({ cookies }: Identity): Credentials {
  return { headers: { cookie: (cookies ?? []).map((cookie) => cookie.split(';')[0]).join('; ') } };
}
