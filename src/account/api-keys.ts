import { Injectable } from '@nestjs/common';
import { Auth } from '../auth/better-auth.js';
import type { AccountKey } from '../protocol/index.js';

const LISTED = 100;

/** The keys of a person's bots, made by Better Auth's plugin. Of a key only its hash is kept. */
@Injectable()
export class ApiKeys {
  constructor(private readonly auth: Auth) {}

  async list(userId: string): Promise<AccountKey[]> {
    const { database, tables } = this.auth;
    const query = tables
      .selectFrom('apikey')
      .select(['id', 'name', 'start', 'createdAt', 'lastRequest'])
      .where('referenceId', '=', userId)
      .orderBy('createdAt', 'desc')
      .limit(LISTED);
    const rows = await database.attempt(() => query.execute());
    return rows.map(({ id, name, start, createdAt, lastRequest }) => ({
      id,
      name: name ?? 'A key',
      start: start ?? '',
      since: new Date(createdAt).toISOString(),
      ...(lastRequest && { used: new Date(lastRequest).toISOString() }),
    }));
  }

  /** Whatever is connected by it is cut off; somebody else's key stays. Resolves with whether there was one. */
  async revoke(userId: string, keyId: string): Promise<boolean> {
    const { database, tables, signOuts } = this.auth;
    const query = tables.deleteFrom('apikey').where('id', '=', keyId).where('referenceId', '=', userId);
    const gone = await database.attempt(() => query.returning('id').executeTakeFirst());
    if (gone) await signOuts.tell({ userId, sessionId: `key:${keyId}`, why: 'signed_out' });
    return gone !== undefined;
  }
}
