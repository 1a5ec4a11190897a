import type { BetterAuthPlugin } from 'better-auth';
import {
  APIError,
  createAuthEndpoint,
  createAuthMiddleware,
  getSessionFromCtx,
  sensitiveSessionMiddleware,
} from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { username } from 'better-auth/plugins/username';
import { z } from 'zod';
import { ChatError, personName, signInKey, signInName } from '../protocol/index.js';
import type { Audit } from '../audit/audit.js';
import type { Accounts, Proved, Try } from './accounts.js';
import { ADDRESS_HEADER } from './address-header.js';
import { inRoute } from './api-refusal.js';
import { LONGEST_PASSWORD } from './password.rules.js';

/** Where a sign-in begins: what the browser had before is over then. */
const BEGINNINGS = /^\/(sign-in\/username|sign-up\/email|two-factor\/verify-\S+|callback\/\S+)$/;
const YEAR = 365 * 24 * 3600;
/** As long as Better Auth waits for the second factor. */
const CHALLENGE = 600;

type Context = Parameters<typeof setSessionCookie>[0];
type SessionRow = Parameters<typeof setSessionCookie>[1]['session'];

const SignUp = z.object({
  username: z.string().max(200),
  password: z.string().max(4_096),
  /** What others see; where it is missing a guest's name stays, and others are called by what they sign in by. */
  name: z.string().max(200).optional(),
  /** Clients of Better Auth send one; it is not kept. */
  email: z.unknown().optional(),
});

const SignIn = z.object({ username: z.string().max(200), password: z.string().max(4_096) });

const Change = z.object({
  currentPassword: z.string().max(4_096),
  newPassword: z.string().max(4_096),
  /** Clients of Better Auth send it; every other session ends, whatever it says. */
  revokeOtherSessions: z.unknown().optional(),
});

/**
 * Better Auth's `username` plugin with routes of our own behind the same paths: they need no address, turn a guest into
 * the account that keeps their messages, slow down who guesses, and say nothing about who is there.
 */
export function accounts(work: Accounts, audit: Audit) {
  const { schema } = username({ displayUsername: false, usernameNormalization: signInKey });

  const signUpEmail = createAuthEndpoint('/sign-up/email', { method: 'POST', body: SignUp }, async (ctx) => {
    const session = await getSessionFromCtx(ctx, { disableRefresh: true });
    const guest = session?.user.isAnonymous ? session.user : null;
    const signIn = await inRoute(async () => wellFormed(signInName(ctx.body.username)), 'username');
    const given = ctx.body.name?.trim() ? ctx.body.name : (guest?.name ?? signIn);
    const name = await inRoute(async () => wellFormed(personName(given)), 'name');
    const userId = guest?.id ?? (ctx.context.generateId({ model: 'user' }) || crypto.randomUUID());
    const { password } = ctx.body;
    const wish = { userId, isGuest: guest !== null, username: signIn, name, password };
    return enter(ctx, await inRoute(() => work.register(wish)), signIn);
  });

  const signInUsername = createAuthEndpoint(
    '/sign-in/username',
    { method: 'POST', body: SignIn },
    async (ctx) => {
      const name = signInKey(ctx.body.username.trim());
      const attempt = await inRoute(async () => tryOf(ctx, work, name, ctx.body.password));
      return enter(ctx, await inRoute(() => work.verify(attempt)), name);
    },
  );

  /** As Better Auth's, but of two at the same moment one is refused, and guesses count as those of sign-ins. */
  const changePassword = createAuthEndpoint(
    '/change-password',
    { method: 'POST', body: Change, use: [sensitiveSessionMiddleware] },
    async (ctx) => {
      const { user, session: before } = ctx.context.session;
      const { currentPassword, newPassword } = ctx.body;
      const name = await inRoute(() => work.checkNewPassword(user.id, newPassword), 'newPassword');
      const wish = { userId: user.id, password: newPassword };
      const { proof } = await inRoute(async () => {
        const known = tryOf(ctx, work, name, currentPassword);
        return work.changePassword(known, wish).catch(notConfirmed);
      }, 'currentPassword');
      const session = await ctx.context.internalAdapter.createSession(user.id);
      await stillProved(ctx, session, proof);
      await setSessionCookie(ctx, { session, user });
      await ctx.context.internalAdapter.deleteSession(before.token);
      return ctx.json({ token: session.token, user });
    },
  );

  /** A new session, never the one the browser came with. */
  async function enter(ctx: Context, { userId, proof }: Proved, name: string) {
    const { internalAdapter } = ctx.context;
    const user = await internalAdapter.findUserById(userId);
    const session = user && (await internalAdapter.createSession(userId));
    if (!user || !session)
      throw await inRoute(() => Promise.reject(new ChatError('unavailable', 'please try again', 1_000)));
    await stillProved(ctx, session, proof);
    await setSessionCookie(ctx, { session, user });
    const { attributes } = ctx.context.authCookies.sessionToken;
    // Better Auth takes the session away again until the second factor is proved, and remembers who asked.
    if ((user as { twoFactorEnabled?: boolean }).twoFactorEnabled) keepProof(ctx, proof);
    ctx.setCookie(deviceCookie(ctx), work.devices.issue(signInKey(name)), { ...attributes, maxAge: YEAR });
    return ctx.json({ redirect: false, token: session.token, user });
  }

  /** Throws, and the session is gone, where the password is another one by now or the person may not enter. */
  function stillProved(ctx: Context, session: SessionRow, proof: string | null | undefined) {
    return stillSo(ctx, session, () => work.checkProof(session.userId, proof));
  }

  async function stillSo(ctx: Context, { token }: SessionRow, check: () => Promise<void>) {
    try {
      await inRoute(check);
    } catch (error) {
      await ctx.context.internalAdapter.deleteSession(token);
      throw error;
    }
  }

  return {
    id: 'username',
    schema,
    endpoints: { signUpEmail, signInUsername, changePassword },
    hooks: {
      after: [
        {
          matcher: ({ path }) => BEGINNINGS.test(path ?? ''),
          handler: createAuthMiddleware(async (ctx) => {
            const fresh = ctx.context.newSession;
            const name = ctx.context.authCookies.sessionToken.name;
            const before = await ctx.getSignedCookie(name, ctx.context.secret);
            if (!fresh) return;
            // Whoever comes with a session proves that the app works; whoever comes without one signs in.
            if (ctx.path?.startsWith('/two-factor/') && !ctx.context.session)
              await stillProved(ctx, fresh.session, ctx.getCookie(proofCookie(ctx)));
            const { internalAdapter } = ctx.context;
            const had =
              before && before !== fresh.session.token ? await internalAdapter.findSession(before) : null;
            const isArrival = ctx.path?.startsWith('/callback/');
            if (isArrival) await stillSo(ctx, fresh.session, () => work.checkConnected(fresh.user.id));
            // By another service people arrive without a name to sign in by.
            if (isArrival)
              await inRoute(async () => {
                const guest = had?.user.isAnonymous ? had.user.id : undefined;
                const actor = await work.arrive(fresh.user.id, guest);
                const address = ctx.headers?.get(ADDRESS_HEADER) ?? undefined;
                if (actor) await audit.note('service_linked', { actor, address });
              });
            if (had) await internalAdapter.deleteSession(had.session.token);
          }),
        },
      ],
    },
  } satisfies BetterAuthPlugin;
}

function wellFormed(name: string | null): string {
  if (name === null)
    throw new ChatError('bad_name', "a name is 1–32 letters, digits and . _ ' -, of one alphabet");
  return name;
}

/** Throws `bad_schema` where the password is longer than any. */
function tryOf(ctx: Context, work: Accounts, name: string, password: string): Try {
  if (password.length > LONGEST_PASSWORD) throw new ChatError('bad_schema', 'the password is too long');
  const device = work.devices.read(ctx.getCookie(deviceCookie(ctx)), name);
  return { name, password, device, address: ctx.headers?.get(ADDRESS_HEADER) ?? '' };
}

/** Of who is signed in already: counts as a sign-in does. Whoever has no password confirms nothing by one. */
export async function confirmPassword(ctx: Context, work: Accounts, userId: string, password: string) {
  await inRoute(async () => {
    const names = await work.namesOf(userId);
    if (names) await work.verify(tryOf(ctx, work, names.username, password)).catch(notConfirmed);
  });
}

/** Whoever is signed in already is told so as Better Auth does. */
function notConfirmed(error: unknown): never {
  if (!(error instanceof ChatError) || error.code !== 'unauthenticated') throw error;
  throw new APIError('BAD_REQUEST', { code: 'INVALID_PASSWORD', message: 'this is not your password' });
}

function deviceCookie(ctx: Context): string {
  return ctx.context.authCookies.sessionToken.name.replace('session_token', 'device');
}

/** For whoever still has to prove a second factor. */
export function keepProof(ctx: Context, proof: string): void {
  const { attributes } = ctx.context.authCookies.sessionToken;
  ctx.setCookie(proofCookie(ctx), proof, { ...attributes, maxAge: CHALLENGE });
}

function proofCookie(ctx: Context): string {
  return ctx.context.authCookies.sessionToken.name.replace('session_token', 'proof');
}
