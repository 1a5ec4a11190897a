import { Injectable } from '@nestjs/common';
import { Auth } from '../auth/better-auth.js';
import { OIDC, PASSWORD } from '../auth/providers.js';
import { columnsOf } from '../database/columns.js';
import { type AccountSession, ChatError } from '../protocol/index.js';

export const MAX_STATUS = 80;

export interface Profile {
  username: string | null;
  isAdmin: boolean;
  hasPassword: boolean;
  twoFactor: boolean;
  /** Whether another service signs the person in. */
  isConnected: boolean;
  sessions: AccountSession[];
}

/** What people tell of themselves, and where they are signed in. */
@Injectable()
export class ProfileService {
  constructor(private readonly auth: Auth) {}

  async of(userId: string, currentSession: string): Promise<Profile> {
    const { database, tables } = this.auth;
    const [user, ways, sessions] = await database.attempt(() =>
      Promise.all([
        tables.selectFrom('user').selectAll().where('id', '=', userId).executeTakeFirst(),
        tables
          .selectFrom('account')
          .select(['providerId', 'password'])
          .where('userId', '=', userId)
          .execute(),
        tables
          .selectFrom('session')
          .select(['id', 'userAgent', 'createdAt', 'updatedAt'])
          .where('userId', '=', userId)
          .where('expiresAt', '>', columnsOf(database.dialect).instant(new Date()))
          .orderBy('updatedAt', 'desc')
          .limit(50)
          .execute(),
      ]),
    );
    if (!user) throw new ChatError('unauthenticated', 'sign in first');
    return {
      username: user.username,
      isAdmin: user.role === 'admin',
      hasPassword: ways.some(({ providerId, password }) => providerId === PASSWORD && password !== null),
      isConnected: ways.some(({ providerId }) => providerId === OIDC),
      twoFactor: Boolean(user.twoFactorEnabled),
      sessions: sessions.map(({ id, userAgent, createdAt, updatedAt }) => ({
        id,
        device: deviceOf(userAgent ?? ''),
        since: new Date(createdAt).toISOString(),
        used: new Date(updatedAt).toISOString(),
        current: id === currentSession,
      })),
    };
  }

  /** Empty takes it away. */
  async setStatus(userId: string, text: string): Promise<void> {
    const status = text.normalize('NFC').trim().replace(/\s+/gu, ' ');
    if ([...status].length > MAX_STATUS)
      throw new ChatError('too_long', `A status has at most ${MAX_STATUS} characters.`);
    // Directions are for whoever shows it; what cannot be seen or stored is for nobody.
    if (!status.isWellFormed() || /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(status))
      throw new ChatError('bad_schema', 'A status is plain text.');
    const { database, tables } = this.auth;
    const set = { status: status || null, updatedAt: columnsOf(database.dialect).instant(new Date()) };
    await database.attempt(() => tables.updateTable('user').set(set).where('id', '=', userId).execute());
    await this.auth.accounts.announce([userId]);
  }

  /** One of one's own; of somebody else's nothing happens. Resolves with whether there was one. */
  async endSession(userId: string, sessionId: string): Promise<boolean> {
    const { database, tables, signOuts } = this.auth;
    const query = tables.deleteFrom('session').where('id', '=', sessionId).where('userId', '=', userId);
    const ended = await database.attempt(() => query.returning('id').executeTakeFirst());
    if (ended) await signOuts.tell({ userId, sessionId, why: 'signed_out' });
    return ended !== undefined;
  }
}

/** Enough to know one's own devices by. Of what a browser says of itself nothing else is kept. */
function deviceOf(userAgent: string): string {
  const browser = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((name) =>
    userAgent.includes(`${name}/`),
  );
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera' };
  const systems = [
    ['iPhone', 'iPhone'],
    ['iPad', 'iPad'],
    ['Android', 'Android'],
    ['Windows', 'Windows'],
    ['Mac OS X', 'macOS'],
    ['Linux', 'Linux'],
  ] as const;
  const system = systems.find(([sign]) => userAgent.includes(sign))?.[1];
  if (!browser) return system ?? 'A program';
  return `${names[browser] ?? browser}${system ? ` on ${system}` : ''}`;
}
