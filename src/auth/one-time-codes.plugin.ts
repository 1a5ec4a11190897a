import type { AuthContext, BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthMiddleware, isAPIError } from 'better-auth/api';
import { symmetricDecrypt } from 'better-auth/crypto';
import { inRoute } from './api-refusal.js';
import type { OneTimeCodes } from './one-time-codes.js';

const VERIFY = '/two-factor/verify-totp';

/** Makes a code of an app good for one sign-in; Better Auth takes it as often as it comes within its time. */
export function singleUse(codes: OneTimeCodes) {
  async function take(userId: string, body: unknown, { secretConfig }: AuthContext): Promise<void> {
    const code: unknown = (body as { code?: unknown } | undefined)?.code;
    if (typeof code !== 'string') return;
    const decrypt = (data: string) => symmetricDecrypt({ key: secretConfig, data });
    if (await inRoute(() => codes.take(userId, code, decrypt))) return;
    throw new APIError('UNAUTHORIZED', { code: 'CODE_USED', message: 'this code, or a later one, was used' });
  }

  return {
    id: 'single-use-codes',
    hooks: {
      before: [
        {
          // Whoever still has to sign in: before the challenge is used up, so that the next code will do.
          matcher: ({ path }) => path === VERIFY,
          handler: createAuthMiddleware(async (ctx) => {
            const { internalAdapter, secret } = ctx.context;
            const identifier = await ctx.getSignedCookie(
              ctx.context.createAuthCookie('two_factor').name,
              secret,
            );
            const challenge = identifier && (await internalAdapter.findVerificationValue(identifier));
            if (challenge) await take(challenge.value, ctx.body, ctx.context);
          }),
        },
      ],
      after: [
        {
          // Whoever has a session turns it on: the code that shows that the app works signs nobody in.
          matcher: ({ path, context }) =>
            path === VERIFY && Boolean(context?.session) && !isAPIError(context?.returned),
          handler: createAuthMiddleware(async (ctx) => {
            if (ctx.context.session) await take(ctx.context.session.user.id, ctx.body, ctx.context);
          }),
        },
      ],
    },
  } satisfies BetterAuthPlugin;
}
