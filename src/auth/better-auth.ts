import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { kyselyAdapter } from '@better-auth/kysely-adapter';
import { betterAuth } from 'better-auth/minimal';
import { createAuthMiddleware, formCsrfMiddleware, isAPIError } from 'better-auth/api';
import { anonymous } from 'better-auth/plugins/anonymous';
import { bearer } from 'better-auth/plugins/bearer';
import type { AuthTables } from '../database/auth.tables.js';
import type { Database } from '../database/database.contract.js';
import { AttemptLimits } from './attempt-limits.js';
import type { Credentials } from './auth-provider.js';
import { guestName } from './guest-name.js';
import { SessionCache } from './session.cache.js';
import { PLAIN_COOKIE, SECURE_COOKIE, SessionTokens } from './session-token.js';

const DAY = 24 * 3600;
/** Seconds. A sign-in ends after so long without use, and at the latest so long after it began. */
export const SESSION_IDLE = 14 * DAY;
export const SESSION_ABSOLUTE = 90 * DAY;
/** How old the last extension may be before use extends it again: at most one write a day and session. */
export const SESSION_RENEWAL = DAY;

export const AUTH_PATH = '/api/auth';
/** Set by us on what Better Auth gets, never taken from a client. */
export const ADDRESS_HEADER = 'x-chat-client-address';
/** Nothing can be there: what a link may be built from is `PUBLIC_URL`, not whatever Host a request names. */
const NO_BASE_URL = 'http://no-public-url.invalid';

export interface AuthOptions {
  database: Pick<Database, 'dialect' | 'kysely' | 'attempt'>;
  secret: string;
  /** `PUBLIC_URL`: an origin. Without it, each request says where it reached us; its Host must be checked before. */
  baseURL?: string;
  /** `ALLOWED_ORIGINS`: besides our own, compared exactly. */
  trustedOrigins?: readonly string[];
  guests: boolean;
  rateLimit: boolean;
}

/** Better Auth, set up for us. Injected by its class; made by `createAuth`. */
export class Auth {
  constructor(
    readonly tokens: SessionTokens,
    readonly sessions: SessionCache,
    readonly guests: boolean,
    private readonly database: AuthOptions['database'],
    private readonly flavours: { plain: BetterAuth; secure: BetterAuth },
  ) {}

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
    const sessions = this.database.kysely.withTables<AuthTables>().deleteFrom('session');
    await this.database.attempt(() => sessions.where('token', '=', token).execute());
    this.sessions.drop(token);
  }
}

export function createAuth(options: AuthOptions): Auth {
  const https = options.baseURL === undefined ? undefined : options.baseURL.startsWith('https:');
  const sessions = new SessionCache();
  const limits = new AttemptLimits();
  return new Auth(new SessionTokens(options.secret, https), sessions, options.guests, options.database, {
    plain: build(options, false, sessions, limits),
    secure: build(options, true, sessions, limits),
  });
}

/** A guest has no address; Better Auth wants one that is unique. */
export const guestEmail = () => `${randomUUID()}@guest.invalid`;

type BetterAuth = ReturnType<typeof build>;
type Store = Awaited<BetterAuth['$context']>['internalAdapter'];

function build(options: AuthOptions, secure: boolean, sessions: SessionCache, limits: AttemptLimits) {
  // Better Auth reads `*` as a wildcard.
  const allowed = (options.trustedOrigins ?? []).filter((origin) => !origin.includes('*'));
  const own = (request: Request) => (options.baseURL ? [] : [new URL(request.url).origin]);
  return betterAuth({
    appName: 'chat',
    baseURL: options.baseURL ?? NO_BASE_URL,
    basePath: AUTH_PATH,
    trustedOrigins: (request) => [...allowed, ...(request ? own(request) : [])],
    // As `secret`, an environment variable of Better Auth's own would win over it.
    secrets: [{ version: 1, value: options.secret }],
    database: kyselyAdapter(options.database.kysely, { type: options.database.dialect }),
    plugins: [
      anonymous({ generateName: () => guestName(), generateRandomEmail: guestEmail }),
      signedBearer(),
    ],
    emailAndPassword: { enabled: false },
    // SessionAuthProvider extends sessions: it is in the way of every request, and knows the absolute end.
    session: { expiresIn: SESSION_IDLE, disableSessionRefresh: true, cookieCache: { enabled: false } },
    databaseHooks: {
      session: { delete: { after: async (session) => sessions.drop(session.token) } },
      user: {
        update: { after: async (user) => sessions.dropPerson(user.id) },
        delete: { after: async (user) => sessions.dropPerson(user.id) },
      },
    },
    // Better Auth checks the origin of requests with a cookie; a request without one can still set one.
    hooks: {
      before: createAuthMiddleware(async (context) => {
        if (context.request && context.request.method !== 'GET') await formCsrfMiddleware(context);
      }),
    },
    advanced: {
      cookies: { session_token: { name: secure ? SECURE_COOKIE : PLAIN_COOKIE } },
      cookiePrefix: secure ? '__Host-chat' : 'chat',
      // Would put `__Secure-` before the name.
      useSecureCookies: false,
      defaultCookieAttributes: { secure, httpOnly: true, sameSite: 'lax', path: '/' },
      // Said outright: where NODE_ENV is "test" the default is the opposite.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      trustedProxyHeaders: false,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      // Our migrations made the tables; a test compares them.
      database: { joins: true, validateSchema: false },
    },
    rateLimit: {
      enabled: options.rateLimit,
      customStorage: { consume: async (key, rule) => limits.consume(key, rule) },
      window: 10,
      max: 100,
      // A whole office may share one address.
      customRules: { '/sign-in/anonymous': { window: 60, max: 300 } },
    },
    telemetry: { enabled: false },
    logger: { level: 'warn', log: report },
    // Without it Better Auth writes to the console, past `logger`. A refusal is the client's affair.
    onAPIError: {
      onError: (error) => {
        if (!isAPIError(error) || error.statusCode >= 500) report('error', 'a sign-in route failed', error);
      },
    },
  });
}

/**
 * `Authorization: Bearer` on Better Auth's own routes. Only signed tokens: the ones in the database are not. And
 * without the plugin's other half, which hands the signed token to every script on the page.
 */
function signedBearer() {
  const { hooks, ...plugin } = bearer({ requireSignature: true });
  return { ...plugin, hooks: { before: hooks.before } };
}

const log = new Logger('Auth');

/**
 * Better Auth's own words only: behind a colon it puts what the request said. It calls a client's mistakes errors;
 * ours are those that come with an `Error`.
 */
function report(_level: string, message: string, ...details: unknown[]): void {
  const [words = ''] = message.split(':', 1);
  const fault = details.find((detail) => detail instanceof Error);
  if (fault) log.error(words, fault.stack);
  else log.warn(words);
}
