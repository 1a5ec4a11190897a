import { ChatError } from '../protocol/index.js';
import type { Credentials } from './auth-provider.js';
import type { Auth } from './better-auth.js';

/** What is refused here before Better Auth's routes are asked. */
export class Safeguards {
  constructor(private readonly auth: Auth) {}

  /** Throws what the request is refused with. */
  async check(from: Credentials, path: string): Promise<void> {
    if (path === '/api-key/create') await this.refuseGuests(from);
  }

  private async refuseGuests(from: Credentials): Promise<void> {
    const token = this.auth.tokens.read(from)?.token;
    if (token === undefined) return;
    const query = this.auth.tables
      .selectFrom('session')
      .innerJoin('user', 'user.id', 'session.userId')
      .select('isAnonymous')
      .where('token', '=', token);
    const person = await this.auth.database.attempt(() => query.executeTakeFirst());
    if (person?.isAnonymous) throw new ChatError('forbidden', 'register first: guests have no keys');
  }
}
