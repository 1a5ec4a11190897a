import { betterAuth } from 'better-auth/minimal';
import type { Kysely } from 'kysely';
import { Audit } from '../audit/audit.js';
import type { AuthTables } from '../database/auth.tables.js';
import { Accounts } from './accounts.js';
import { AttemptLimits } from './attempt-limits.js';
import type { Credentials } from './auth-provider.js';
import { authOptions, type AuthOptions, type AuthParts } from './better-auth.options.js';
import { PasswordHashes } from './password.hash.js';
import { Revocation } from './revocation.js';
import { SessionCache } from './session.cache.js';
import { SessionTokens } from './session-token.js';
import { SignInGuard } from './sign-in.guard.js';
import { ProfileChanges, SignOuts } from './sign-outs.js';

export type { AuthOptions } from './better-auth.options.js';

type BetterAuth = ReturnType<typeof build>;
type Store = Awaited<BetterAuth['$context']>['internalAdapter'];

/** Better Auth, set up for us. Injected by its class; made by `createAuth`. */
export class Auth {
  readonly accounts: Accounts;
  readonly audit: Audit;
  readonly sessions: SessionCache;
  readonly hashes: PasswordHashes;
  readonly signOuts: SignOuts;
  readonly profiles: ProfileChanges;
  readonly revocation: Revocation;

  constructor(
    readonly tokens: SessionTokens,
    readonly options: AuthOptions,
    parts: AuthParts,
    private readonly flavours: { plain: BetterAuth; secure: BetterAuth },
  ) {
    ({
      accounts: this.accounts,
      audit: this.audit,
      sessions: this.sessions,
      hashes: this.hashes,
      signOuts: this.signOuts,
      profiles: this.profiles,
    } = parts);
    this.revocation = new Revocation(this.database, this.sessions, this.signOuts);
    // Whatever ends it, here or elsewhere: a sign-in that is over is asked for again.
    this.signOuts.listen(({ userId }) => this.sessions.dropPerson(userId));
    this.profiles.listen(({ id }) => this.sessions.dropPerson(id));
  }

  get guests(): boolean {
    return this.options.guests;
  }

  get database(): AuthOptions['database'] {
    return this.options.database;
  }

  /** Better Auth's tables, for statements of our own. */
  get tables(): Kysely<AuthTables> {
    return this.database.kysely.withTables<AuthTables>();
  }

  /** The one whose cookies fit how `from` reached us. */
  for(from: Pick<Credentials, 'secure'>): BetterAuth {
    return this.tokens.secure(from) ? this.flavours.secure : this.flavours.plain;
  }

  /**
   * Users and sessions, through Better Auth and its hooks. `work` may run more than once; rejects with
   * `ChatError('unavailable')` where the database cannot be reached.
   */
  async withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const { internalAdapter } = await this.flavours.plain.$context;
    return this.database.attempt(() => work(internalAdapter));
  }

  /** Ends a sign-in. Not through Better Auth, which takes a database that does not answer for a session that is gone. */
  async end(token: string): Promise<void> {
    const query = this.tables.deleteFrom('session').where('token', '=', token).returning(['id', 'userId']);
    const ended = await this.database.attempt(() => query.executeTakeFirst());
    this.sessions.drop(token);
    if (ended) await this.signOuts.tell({ userId: ended.userId, sessionId: ended.id, why: 'signed_out' });
  }

  /** Ends every sign-in of a person, but `except`. */
  async endAll(userId: string, why: 'signed_out' | 'banned' = 'signed_out', except = ''): Promise<void> {
    const query = this.tables
      .deleteFrom('session')
      .where('userId', '=', userId)
      .where('id', '!=', except)
      .returning('id');
    const ended = await this.database.attempt(() => query.execute());
    this.sessions.dropPerson(userId);
    if (except === '') return this.signOuts.tell({ userId, why });
    for (const { id } of ended) await this.signOuts.tell({ userId, sessionId: id, why });
  }
}

export function createAuth(options: AuthOptions): Auth {
  const https = options.baseURL === undefined ? undefined : options.baseURL.startsWith('https:');
  const hashes = new PasswordHashes();
  const profiles = new ProfileChanges();
  const guard = new SignInGuard(options.database, options.secret, options.rateLimit);
  const parts = {
    sessions: new SessionCache(),
    limits: new AttemptLimits(),
    hashes,
    signOuts: new SignOuts(),
    profiles,
    audit: options.audit ?? new Audit(),
    accounts: new Accounts(options.database, hashes, guard, profiles, options.secret),
  };
  return new Auth(new SessionTokens(options.secret, https), options, parts, {
    plain: build(options, false, parts),
    secure: build(options, true, parts),
  });
}

function build(options: AuthOptions, secure: boolean, parts: AuthParts) {
  return betterAuth(authOptions(options, secure, parts));
}
