import { ChatError } from '../protocol/index.js';
import type { Credentials } from './auth-provider.js';
import type { Auth } from './better-auth.js';

/** What Better Auth's routes would do, and is refused here. */
export class Safeguards {
  constructor(private readonly auth: Auth) {}

  /** Throws what the request is refused with. */
  async check(from: Credentials, path: string, body: unknown): Promise<void> {
    const given = (body ?? {}) as { trustDevice?: unknown; disableSession?: unknown; idToken?: unknown };
    // A browser that needs no code would be one more thing to find and to end. Our pages offer none.
    if (path.startsWith('/two-factor/') && given.trustDevice)
      throw new ChatError('bad_schema', 'a code is asked for in every browser: trustDevice is not possible');
    // The code would be used up, and nobody signed in by it.
    if (path.startsWith('/two-factor/') && given.disableSession)
      throw new ChatError('bad_schema', 'a code signs in: disableSession is not possible');
    // A token of the service's without its page: neither the second factor nor the browser would be asked.
    if (path === '/sign-in/social' && given.idToken)
      throw new ChatError('bad_schema', 'sign in on the page of the service: idToken is not possible');
    if (path === '/api-key/create') await this.refuseGuests(from);
  }

  /** Asked once the key is there: throws, and it is gone, where what its maker was signed in by has ended meanwhile. */
  async checkMade(from: Credentials, keyId: string): Promise<void> {
    const { database, tables } = this.auth;
    if (await this.maker(from)) return;
    await database.attempt(() => tables.deleteFrom('apikey').where('id', '=', keyId).execute());
    throw new ChatError('unauthenticated', 'this sign-in has ended');
  }

  private async refuseGuests(from: Credentials): Promise<void> {
    const person = await this.maker(from);
    if (person?.isAnonymous) throw new ChatError('forbidden', 'register first: guests have no keys');
  }

  private async maker(from: Credentials) {
    const token = this.auth.tokens.read(from)?.token;
    if (token === undefined) return undefined;
    const query = this.auth.tables
      .selectFrom('session')
      .innerJoin('user', 'user.id', 'session.userId')
      .select('isAnonymous')
      .where('token', '=', token);
    return this.auth.database.attempt(() => query.executeTakeFirst());
  }
}
