import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { kyselyAdapter } from '@better-auth/kysely-adapter';
import type { AuthContext, BetterAuthOptions } from 'better-auth';
import { createAuthMiddleware, formCsrfMiddleware, isAPIError } from 'better-auth/api';
import { anonymous } from 'better-auth/plugins/anonymous';
import { bearer } from 'better-auth/plugins/bearer';
import type { Audit } from '../audit/audit.js';
import type { Database } from '../database/database.contract.js';
import type { Accounts } from './accounts.js';
import { accounts } from './accounts.plugin.js';
import { ADDRESS_HEADER } from './address-header.js';
import { inRoute } from './api-refusal.js';
import type { AttemptLimits } from './attempt-limits.js';
import { guestName } from './guest-name.js';
import { OneTimeCodes } from './one-time-codes.js';
import { singleUse } from './one-time-codes.plugin.js';
import { keysForBots, oidc, type OidcOptions } from './optional.plugins.js';
import type { PasswordHashes } from './password.hash.js';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from './password.rules.js';
import { OIDC } from './providers.js';
import { secondFactor } from './second-factor.plugin.js';
import { firstEnd, SESSION_ABSOLUTE } from './session-lifetime.js';
import type { SessionCache } from './session.cache.js';
import { PLAIN_COOKIE, SECURE_COOKIE } from './session-token.js';
import type { ProfileChanges, SignOuts } from './sign-outs.js';
import { checkStanding, type Standing } from './standing.js';

export const AUTH_PATH = '/api/auth';
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
  /** Whether people may have a second factor, and keys for their bots. */
  twoFactor?: boolean;
  apiKeys?: boolean;
  /** Where security events are told; nowhere where it is missing. */
  audit?: Audit;
  /** Another service that signs people in, by OpenID Connect. */
  oidc?: OidcOptions;
}

/** A guest has no address; Better Auth wants one that is unique. */
export const guestEmail = () => `${randomUUID()}@guest.invalid`;

/** What one process has of each, for both kinds of cookies. */
export interface AuthParts {
  sessions: SessionCache;
  limits: AttemptLimits;
  hashes: PasswordHashes;
  signOuts: SignOuts;
  profiles: ProfileChanges;
  accounts: Accounts;
  audit: Audit;
}

/** How Better Auth is set up; `secure` is whether its cookies are for https only. */
export function authOptions(options: AuthOptions, secure: boolean, parts: AuthParts) {
  const { sessions, limits, hashes, signOuts } = parts;
  // Better Auth reads `*` as a wildcard.
  const allowed = (options.trustedOrigins ?? []).filter((origin) => !origin.includes('*'));
  const own = (request: Request) => (options.baseURL ? [] : [new URL(request.url).origin]);
  return {
    appName: 'chat',
    baseURL: options.baseURL ?? NO_BASE_URL,
    basePath: AUTH_PATH,
    trustedOrigins: (request) => [...allowed, ...(request ? own(request) : [])],
    // As `secret`, an environment variable of Better Auth's own would win over it.
    secrets: [{ version: 1, value: options.secret }],
    database: kyselyAdapter(options.database.kysely, { type: options.database.dialect }),
    plugins: [
      anonymous({
        generateName: () => guestName(),
        generateRandomEmail: guestEmail,
        // What a guest said stays, and so does who said it.
        disableDeleteAnonymousUser: true,
      }),
      ...(options.twoFactor
        ? [secondFactor(parts.accounts), singleUse(new OneTimeCodes(options.database))]
        : []),
      ...(options.apiKeys ? [keysForBots()] : []),
      ...(options.oidc ? [oidc(options.oidc)] : []),
      // Behind the others: whoever still has to prove a second factor has not entered.
      accounts(parts.accounts, parts.audit),
      signedBearer(),
    ],
    emailAndPassword: {
      enabled: true,
      minPasswordLength: SHORTEST_PASSWORD,
      maxPasswordLength: LONGEST_PASSWORD,
      password: {
        hash: (password: string) => inRoute(() => hashes.hash(password)),
        verify: ({ hash, password }: { hash: string; password: string }) =>
          inRoute(() => hashes.verify(hash, password)),
      },
    },
    account: {
      encryptOAuthTokens: true,
      // Only what somebody connects who is signed in: an address proves nothing here.
      accountLinking: {
        enabled: true,
        disableImplicitLinking: true,
        allowDifferentEmails: true,
        trustedProviders: [OIDC],
      },
    },
    user: {
      additionalFields: {
        status: { type: 'string', required: false, input: false },
        role: { type: 'string', required: false, input: false },
        banned: { type: 'boolean', required: false, input: false },
        banReason: { type: 'string', required: false, input: false },
        banExpires: { type: 'date', required: false, input: false },
        disabled: { type: 'boolean', required: false, input: false },
      },
    },
    // How long the cookie lasts. SessionAuthProvider extends sessions: it is in the way of every request.
    session: { expiresIn: SESSION_ABSOLUTE, disableSessionRefresh: true, cookieCache: { enabled: false } },
    databaseHooks: {
      session: {
        create: {
          before: async ({ userId }, context) => {
            await checkMayEnter(userId, context);
            return { data: { expiresAt: firstEnd() } };
          },
        },
        delete: {
          after: async ({ id, token, userId }, context) => {
            sessions.drop(token);
            await signOuts.tell({
              userId,
              sessionId: id,
              why: isReplaced(token, context) ? 'replaced' : 'signed_out',
            });
          },
        },
      },
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
      customRules: {
        '/sign-in/anonymous': { window: 60, max: 300 },
        '/sign-up/email': { window: 600, max: 100 },
        // The guard counts what is wrong, not what is asked.
        '/sign-in/username': false,
      },
    },
    telemetry: { enabled: false },
    logger: { level: 'warn', log: report },
    // Without it Better Auth writes to the console, past `logger`. A refusal is the client's affair.
    onAPIError: {
      // Where a browser ends that comes back from another service in vain; `?error=` says why.
      errorURL: '/chat/~sign-in/',
      onError: (error) => {
        if (!isAPIError(error) || error.statusCode >= 500) report('error', 'a sign-in route failed', error);
      },
    },
  } satisfies BetterAuthOptions;
}

const BEGINS = /^\/(sign-in|sign-up|callback|two-factor|change-password)/;

type HookContext = { path?: string; context?: unknown } | null;

/** Better Auth's own ways in know nothing of who is shut out; ours have asked already. */
async function checkMayEnter(userId: string, context: HookContext): Promise<void> {
  if (!context || !/^\/(callback|two-factor)\//.test(context.path ?? '')) return;
  const { internalAdapter } = context.context as AuthContext;
  const person = await internalAdapter.findUserById(userId);
  await inRoute(async () => checkStanding((person ?? {}) as Standing));
}

/** The browser that asks gets another session in the same answer, and may come back with it. */
function isReplaced(token: string, context: HookContext): boolean {
  if (!context || !BEGINS.test(context.path ?? '')) return false;
  const { session, newSession } = context.context as AuthContext;
  return session?.session.token === token || (newSession !== null && newSession?.session.token !== token);
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
