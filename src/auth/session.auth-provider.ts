import { Injectable } from '@nestjs/common';
import { columnsOf } from '../database/columns.js';
import { ChatError } from '../protocol/index.js';
import { apiKeyIn, keyHash, readApiKey } from './api-key.reader.js';
import { AuthProvider, type Credentials, type EndedWhy, type Identity } from './auth-provider.js';
import { Auth } from './better-auth.js';
import { guestEmail } from './better-auth.options.js';
import { endedSignIns } from './ended-sign-ins.js';
import { guestName } from './guest-name.js';
import { claimNames, lendName } from './name-claims.js';
import { absoluteEnd, extendedEnd } from './session-lifetime.js';
import type { LiveSession } from './session.cache.js';
import { isShutOut, type Standing } from './standing.js';
import { userOf } from './user-row.js';

/** A header may be 16 kB; a browser's name is shorter. */
const USER_AGENT_LENGTH = 256;

/** People by Better Auth's sessions: from its cookie, or the same signed token as a bearer. */
@Injectable()
export class SessionAuthProvider extends AuthProvider {
  override readonly hasAccounts = true;

  constructor(private readonly auth: Auth) {
    super();
  }

  override async identify(from: Credentials): Promise<Identity | null> {
    const key = this.auth.options.apiKeys ? apiKeyIn(from) : undefined;
    if (key !== undefined) return this.byKey(key);
    const signed = this.auth.tokens.read(from);
    if (!signed) return null;
    const live = await this.auth.sessions.get(signed.token, () => this.load(signed.token));
    if (!live || live.expiresAt <= Date.now())
      throw new ChatError('unauthenticated', 'this sign-in has ended');
    const identity: Identity = { user: live.user, sessionId: live.id };
    if (live.renewed && signed.by === 'cookie')
      identity.cookies = [this.cookie(from, signed.token, live.absoluteEnd)];
    return identity;
  }

  private async byKey(key: string): Promise<Identity> {
    const { database, tables, sessions } = this.auth;
    const live = await sessions.get(keyHash(key), () =>
      database.attempt(() => readApiKey(database, tables, key)),
    );
    if (!live || live.expiresAt <= Date.now())
      throw new ChatError('unauthenticated', 'this key is not valid');
    return { user: live.user, sessionId: live.id };
  }

  override async createGuest(from: Credentials): Promise<Identity> {
    const userAgent = from.headers['user-agent']?.slice(0, USER_AGENT_LENGTH) ?? '';
    const { user, session } = await this.auth.withStore(async (store) => {
      const guest = { email: guestEmail(), emailVerified: false, isAnonymous: true, name: guestName() };
      const user = await store.createUser(guest, { method: 'anonymous' });
      return { user, session: await store.createSession(user.id, false, { userAgent }) };
    });
    const cookies = [this.cookie(from, session.token, absoluteEnd(session))];
    return { user: userOf(user), sessionId: session.id, cookies };
  }

  override async rename(from: Credentials, name: string): Promise<Identity> {
    const identity = await this.identify(from);
    if (!identity) throw new ChatError('unauthenticated', 'sign in first');
    const { id } = identity.user;
    const { database, tables, sessions } = this.auth;
    const named = { name, updatedAt: columnsOf(database.dialect).instant(new Date()) };
    const displaced = await database.attempt(() =>
      tables.transaction().execute(async (store) => {
        const person = await store
          .selectFrom('user')
          .select('username')
          .where('id', '=', id)
          .executeTakeFirst();
        // An account has its name to itself; a guest only while nobody has it.
        const names = person?.username ? [person.username, name] : [name];
        const guests = identity.user.guest
          ? await lendName(store, id, name)
          : await claimNames(store, id, names);
        await store.updateTable('user').set(named).where('id', '=', id).execute();
        return guests ?? [];
      }),
    );
    sessions.dropPerson(id);
    await this.auth.accounts.announce(displaced);
    return { ...identity, user: { ...identity.user, name } };
  }

  override async ended(identities: readonly Identity[]): Promise<Map<string, EndedWhy>> {
    return endedSignIns(this.auth, identities);
  }

  private load(token: string): Promise<LiveSession | null> {
    return this.auth.withStore(async (store) => {
      const found = await store.findSession(token);
      if (!found) return null;
      const { session, user } = found;
      const expiresAt = session.expiresAt.getTime();
      if (expiresAt <= Date.now() || isShutOut(user as Standing)) return null;

      const extended = extendedEnd(session);
      const live = {
        id: session.id,
        user: userOf(user),
        expiresAt: extended,
        absoluteEnd: absoluteEnd(session),
        renewed: extended > expiresAt,
      };
      if (!live.renewed) return { ...live, expiresAt };
      const update = { expiresAt: new Date(extended), updatedAt: new Date() };
      // No row: ended by somebody else since it was read.
      return (await store.updateSession(token, update)) ? live : null;
    });
  }

  private cookie(from: Credentials, token: string, expiresAt: number): string {
    return this.auth.tokens.setCookie(from, token, Math.ceil((expiresAt - Date.now()) / 1000));
  }
}
