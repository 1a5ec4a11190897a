import { createAuthMiddleware } from 'better-auth/api';
import { twoFactor } from 'better-auth/plugins/two-factor';
import { samePage } from '../web/same-page.js';
import type { Accounts } from './accounts.js';
import { keepProof } from './accounts.plugin.js';

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
  return { ...plugin, hooks: { ...plugin.hooks, after } };
}
