import { createAuthMiddleware, getSessionFromCtx } from 'better-auth/api';
import { twoFactor } from 'better-auth/plugins/two-factor';
import { samePage } from '../web/same-page.js';
import type { Accounts } from './accounts.js';
import { confirmPassword, keepProof } from './accounts.plugin.js';

/** Where Better Auth asks for the password of who is signed in. */
const CONFIRMED = /^\/two-factor\/(enable|disable|generate-backup-codes)$/;

/**
 * Codes from an authenticator app, and ten to keep for the day the phone is lost. Better Auth asks for one behind a
 * password; here it is asked for behind another service, too, by the same page.
 */
export function secondFactor(work: Accounts) {
  const plugin = twoFactor({ issuer: 'Chat', skipVerificationOnEnable: false, allowPasswordless: true });
  const [asks] = plugin.hooks.after;
  if (!asks) throw new Error('Better Auth asks for no second factor');
  type Asked = Parameters<typeof asks.matcher>[0];
  const isArrival = ({ path }: Asked) => path?.startsWith('/callback/') ?? false;

  /** Better Auth itself asks for it again, but counts no wrong ones. */
  const confirm = createAuthMiddleware(async (ctx) => {
    const session = await getSessionFromCtx(ctx, { disableRefresh: true });
    const password: unknown = (ctx.body as { password?: unknown } | undefined)?.password;
    if (session && typeof password === 'string') await confirmPassword(ctx, work, session.user.id, password);
  });
  const remember = createAuthMiddleware(async (ctx) => {
    const person = ctx.context.newSession?.user as { id: string; twoFactorEnabled?: boolean } | undefined;
    if (person?.twoFactorEnabled) keepProof(ctx, await work.proofOf(person.id));
  });
  const toPage = createAuthMiddleware(async (ctx) => {
    const answer = ctx.context.returned as { twoFactorRedirect?: boolean } | undefined;
    if (!answer?.twoFactorRedirect) return;
    const to = new URL(ctx.context.responseHeaders?.get('location') ?? '/', 'http://here.invalid').pathname;
    throw ctx.redirect(`/chat/~code/?next=${encodeURIComponent(samePage(to))}`);
  });
  const after = [
    // Before Better Auth takes the session away again.
    { matcher: isArrival, handler: remember },
    { ...asks, matcher: (asked: Asked) => asks.matcher(asked) || isArrival(asked) },
    { matcher: isArrival, handler: toPage },
  ];
  const before = [{ matcher: ({ path }: Asked) => CONFIRMED.test(path ?? ''), handler: confirm }];
  return { ...plugin, hooks: { ...plugin.hooks, before, after } };
}
