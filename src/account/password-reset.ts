import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Auth } from '../auth/better-auth.js';
import { checkPassword } from '../auth/password.rules.js';
import { columnsOf } from '../database/columns.js';
import { ChatError } from '../protocol/index.js';

const HOURS = 24;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * A new password by a link that an administrator hands over. It works once and for a day; of two for one person the
 * later one counts. The database knows only its hash: a copy of it resets nothing.
 */
@Injectable()
export class PasswordReset {
  constructor(private readonly auth: Auth) {}

  /** The token to put into the link; nobody can be shown it a second time. */
  async begin(userId: string): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const { database, tables } = this.auth;
    const { instant } = columnsOf(database.dialect);
    const [now, end] = [new Date(), new Date(Date.now() + HOURS * 3_600_000)].map(instant) as [
      string,
      string,
    ];
    const row = {
      identifier: identifierOf(token),
      value: userId,
      expiresAt: end,
      createdAt: now,
      updatedAt: now,
    };
    await database.attempt(() =>
      tables.transaction().execute(async (store) => {
        await store
          .deleteFrom('verification')
          .where('value', '=', userId)
          .where('identifier', 'like', 'reset %')
          .execute();
        await store
          .insertInto('verification')
          .values({ id: randomUUID(), ...row })
          .execute();
      }),
    );
    return token;
  }

  /** Whose password the link is for; throws `not_found` where it is used up, too old, or was never given out. */
  async find(token: string): Promise<{ userId: string; name: string }> {
    const { database, tables } = this.auth;
    const query = tables
      .selectFrom('verification')
      .innerJoin('user', 'user.id', 'verification.value')
      .select(['user.id as userId', 'user.name'])
      .where('identifier', '=', identifierOf(token))
      .where('expiresAt', '>', columnsOf(database.dialect).instant(new Date()));
    const row = TOKEN.test(token) ? await database.attempt(() => query.executeTakeFirst()) : undefined;
    if (!row) throw new ChatError('not_found', 'This link has been used, or is too old.');
    return row;
  }

  /** Whoever was signed in is not any more, by key or otherwise. Resolves with whose password it is. */
  async finish(token: string, password: string): Promise<string> {
    const { userId, name } = await this.find(token);
    checkPassword(password, [name]);
    const hash = await this.auth.hashes.hash(password);
    const { database, tables } = this.auth;
    const now = columnsOf(database.dialect).instant(new Date());
    await database.attempt(() =>
      tables.transaction().execute(async (store) => {
        // Of two at the same moment one finds it.
        const used = await store
          .deleteFrom('verification')
          .where('identifier', '=', identifierOf(token))
          .returning('id')
          .executeTakeFirst();
        if (!used) throw new ChatError('not_found', 'This link has been used, or is too old.');
        await store
          .updateTable('account')
          .set({ password: hash, updatedAt: now })
          .where('userId', '=', userId)
          .where('providerId', '=', 'credential')
          .execute();
      }),
    );
    await this.auth.endAll(userId);
    await this.auth.revocation.afterPasswordChange(userId);
    return userId;
  }
}

function identifierOf(token: string): string {
  return `reset ${createHash('sha256').update(token).digest('base64url')}`;
}
