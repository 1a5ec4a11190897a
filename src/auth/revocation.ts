import type { AuthTables } from '../database/auth.tables.js';
import type { Database } from '../database/database.contract.js';
import type { SessionCache } from './session.cache.js';
import type { SignOuts } from './sign-outs.js';

/** Ends what people were let in by, and tells whoever keeps a connection open for it. */
export class Revocation {
  constructor(
    private readonly database: Pick<Database, 'kysely' | 'attempt'>,
    private readonly sessions: SessionCache,
    private readonly signOuts: SignOuts,
  ) {}

  /**
   * Everything but the sign-in `except`, by its token. To be called when the new password is there: what somebody
   * got by the old one until then is found.
   */
  async afterPasswordChange(userId: string, except = ''): Promise<void> {
    const query = this.tables
      .deleteFrom('session')
      .where('userId', '=', userId)
      .where('token', '!=', except)
      .returning('id');
    const ended = await this.database.attempt(() => query.execute());
    this.sessions.dropPerson(userId);
    for (const { id } of ended) await this.signOuts.tell({ userId, sessionId: id, why: 'signed_out' });
  }

  private get tables() {
    return this.database.kysely.withTables<AuthTables>();
  }
}
