import { z } from 'zod';

/**
 * One kind of security event: what it is called on the administrators' page, and what is kept of it besides who, whom,
 * when and from where. `fromAnybody`: whoever has no account can cause it as often as they like, so that a flood of it
 * becomes few rows with a number.
 */
function kind<Detail extends z.ZodRawShape = Record<never, never>>(
  words: string,
  { detail, fromAnybody = false }: { detail?: Detail; fromAnybody?: boolean } = {},
) {
  return { words, detail: z.strictObject(detail ?? ({} as Detail)), fromAnybody };
}

const short = z.string().max(200);

/**
 * Everything that the audit log knows. A new kind is a line here, and `audit.note(kind, …)` where it happens. Never a
 * password, a token, a code, or what somebody wrote in a room.
 */
export const auditKinds = {
  signed_in: kind('Signed in', {
    detail: { by: z.enum(['password', 'code', 'recovery code', 'service']) },
  }),
  sign_in_failed: kind('Sign-in failed', {
    detail: { why: z.enum(['wrong name or password', 'shut out']) },
    fromAnybody: true,
  }),
  throttled: kind('Made to wait', { detail: { at: short }, fromAnybody: true }),
  signed_out: kind('Signed out'),
  signed_out_everywhere: kind('Signed out everywhere'),
  registered: kind('Registered'),
  service_linked: kind('Came by another service'),
  service_connected: kind('Connected another service'),
  service_disconnected: kind('Disconnected another service'),
  password_changed: kind('Password changed'),
  password_not_confirmed: kind('Wrong password for a change'),
  reset_link_made: kind('Password reset link made'),
  reset_link_used: kind('Password reset link used'),
  second_factor_on: kind('Second factor on'),
  second_factor_off: kind('Second factor off'),
  second_factor_failed: kind('Wrong second factor', { fromAnybody: true }),
  recovery_code_used: kind('Recovery code used'),
  recovery_codes_made: kind('Recovery codes made'),
  api_key_made: kind('Key made', { detail: { key: short } }),
  api_key_revoked: kind('Key revoked', { detail: { key: short } }),
  account_disabled: kind('Account disabled'),
  account_enabled: kind('Account enabled'),
  banned: kind('Banned', { detail: { days: z.int().optional() } }),
  unbanned: kind('Ban lifted'),
  administrator_made: kind('Made administrator'),
  administrator_unmade: kind('Administrator no more'),
  administration_refused: kind('Asked for an administrators’ page', { fromAnybody: true }),
  request_forged: kind('Request from a foreign page refused', {
    detail: { on: z.enum(['page', 'socket']) },
    fromAnybody: true,
  }),
} satisfies Record<string, ReturnType<typeof kind>>;

export type AuditKind = keyof typeof auditKinds;
export type AuditDetail<Kind extends AuditKind> = z.input<(typeof auditKinds)[Kind]['detail']>;

export function isAuditKind(name: string): name is AuditKind {
  return Object.hasOwn(auditKinds, name);
}
