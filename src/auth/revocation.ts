import type { Kysely } from 'kysely';
import type { AuthTables } from '../database/auth.tables.js';
import type { Database } from '../database/database.contract.js';
import { OIDC, PASSWORD } from './providers.js';
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
   * Everything but the sign-in `except`, by its token: also keys, links that would set a password, another service that
   * signs the person in, and sign-ins that wait for a code. To be called when the new password is there: what somebody got by the old one until then is found.
   */
  async afterPasswordChange(userId: string, except = ''): Promise<void> {
    const { tables } = this;
    // What lets in ends before what was let in by it.
    await this.disconnect(userId);
    const ended = await this.database.attempt(async () => {
      await forgetWaiting(tables, userId);
      return tables
        .deleteFrom('session')
        .where('userId', '=', userId)
        .where('token', '!=', except)
        .returning('id')
        .execute();
    });
    this.sessions.dropPerson(userId);
    for (const { id } of ended) await this.signOuts.tell({ userId, sessionId: id, why: 'signed_out' });
    await this.endKeys(userId);
  }

  /** From the other service, where a password is left to sign in by. Resolves with whether there was one. */
  async disconnect(userId: string): Promise<boolean> {
    const query = this.tables
      .deleteFrom('account')
      .where('userId', '=', userId)
      .where('providerId', '=', OIDC)
      .where((is) =>
        is.exists(
          is
            .selectFrom('account as other')
            .select('other.id')
            .where('other.userId', '=', userId)
            .where('other.providerId', '=', PASSWORD)
            .where('other.password', 'is not', null),
        ),
      )
      .returning('id');
    return (await this.database.attempt(() => query.execute())).length > 0;
  }

  /** Whatever is connected by them is cut off. */
  async endKeys(userId: string): Promise<void> {
    const query = this.tables.deleteFrom('apikey').where('referenceId', '=', userId).returning('id');
    const ended = await this.database.attempt(() => query.execute());
    this.sessions.dropPerson(userId);
    for (const { id } of ended)
      await this.signOuts.tell({ userId, sessionId: `key:${id}`, why: 'signed_out' });
  }

  private get tables() {
    return this.database.kysely.withTables<AuthTables>();
  }
}

/** Links of administrators, and the second step of sign-ins: all that Better Auth and we keep there by person. */
export async function forgetWaiting(store: Kysely<AuthTables>, userId: string): Promise<void> {
  await store.deleteFrom('verification').where('value', '=', userId).execute();
}
