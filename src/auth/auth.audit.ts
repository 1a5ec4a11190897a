import type { Request as ExpressRequest } from 'express';
import { signInKey } from '../protocol/index.js';
import type { Auth } from './better-auth.js';

interface Who {
  id: string;
  twoFactor: boolean;
}

interface Outcome {
  ok: boolean;
  status: number;
  code: string;
  body: Record<string, unknown>;
  cookies: string[];
  location: string | null;
}

/** Where somebody comes back to who has connected another service to their account. */
export const CONNECTED = '/chat/~account/?done=connected';

/** Codes of Better Auth for what a page elsewhere made a browser ask. */
const FORGED = /ORIGIN|CROSS_SITE|CSRF/;
const WITH_SESSION =
  /^\/(sign-out|revoke-sessions|revoke-other-sessions|change-password|two-factor\/\S+|api-key\/create)$/;
const SECOND_FACTOR = /(?:^|;\s*)(?:__Host-)?chat\.two_factor=([^;.]+)/;

/** Tells the audit log what came of a request to Better Auth's routes: one place for the pages and the API. */
export class AuthAudit {
  constructor(private readonly auth: Auth) {}

  /** Whose request it is, asked for before the session may be gone. */
  async who(request: ExpressRequest, path: string, signedIn: boolean): Promise<Who | null> {
    if (!signedIn || !WITH_SESSION.test(path)) return null;
    return this.personOf(() => this.auth.tokens.read(request)?.token);
  }

  /** Never rejects: what is not written down is in the server's log. */
  async note(request: ExpressRequest, path: string, input: unknown, who: Who | null, answer: Response) {
    if (!/^\/(callback|sign-|two-factor|revoke|change|api-key\/create)/.test(path)) return;
    const text = await answer.clone().text();
    const body = parse(text);
    const outcome = {
      ok: answer.ok || answer.status === 302,
      status: answer.status,
      code: typeof body['code'] === 'string' ? body['code'] : '',
      body,
      cookies: answer.headers.getSetCookie(),
      location: answer.headers.get('location'),
    };
    try {
      await this.tell(request, path, input, who, outcome);
    } catch (error) {
      this.auth.audit.missed(path, error);
    }
  }

  private async tell(request: ExpressRequest, path: string, input: unknown, who: Who | null, to: Outcome) {
    const { audit } = this.auth;
    const address = request.ip;
    const from = { actor: who?.id, address };
    if (to.status === 429) return audit.note('throttled', { ...from, detail: { at: path } });
    if (to.status === 403 && FORGED.test(to.code))
      return audit.note('request_forged', { address, detail: { on: 'page' } });
    if (to.code === 'INVALID_PASSWORD') return audit.note('password_not_confirmed', from);
    if (path === '/sign-in/username') return this.signIn(address, input, to);
    if (path.startsWith('/two-factor/verify-')) return this.secondFactor(request, path, who, to);
    if (!to.ok) return;
    if (path === '/callback/oidc') {
      const person = await this.personOf(() => this.tokenIn(request, to.cookies));
      if (person) await audit.note('signed_in', { actor: person.id, address, detail: { by: 'service' } });
      else if (to.location === CONNECTED) {
        const owner = await this.personOf(() => this.auth.tokens.read(request)?.token);
        if (owner) await audit.note('service_connected', { actor: owner.id, address });
      }
    }
    if (path === '/sign-up/email') await audit.note('registered', { actor: idIn(to.body), address });
    if (!who) return;
    if (path === '/sign-out') await audit.note('signed_out', from);
    if (path.startsWith('/revoke-')) await audit.note('signed_out_everywhere', from);
    if (path === '/change-password') await audit.note('password_changed', from);
    if (path === '/two-factor/disable') await audit.note('second_factor_off', from);
    if (path === '/two-factor/generate-backup-codes') await audit.note('recovery_codes_made', from);
    if (path === '/api-key/create')
      await audit.note('api_key_made', { ...from, detail: { key: String(to.body['id'] ?? '') } });
  }

  private async signIn(address: string | undefined, input: unknown, to: Outcome): Promise<void> {
    const { audit } = this.auth;
    const actor = idIn(to.body);
    // Whoever still has to prove a second factor is not in.
    if (to.ok && actor) return audit.note('signed_in', { actor, address, detail: { by: 'password' } });
    if (to.status !== 401 && to.status !== 403) return;
    const why = to.status === 401 ? 'wrong name or password' : 'shut out';
    // A name that is nobody's is not kept: people type their password there.
    const person = await this.idOf((input as { username?: unknown } | null)?.username);
    await audit.note('sign_in_failed', { person, address, detail: { why } });
  }

  private async secondFactor(request: ExpressRequest, path: string, who: Who | null, to: Outcome) {
    const { audit } = this.auth;
    const address = request.ip;
    if (!to.ok) {
      // Other refusals are about the request, not about the code.
      if (to.status !== 401 && !to.code.startsWith('TOO_MANY')) return;
      const person = who?.id ?? (await this.challenged(request));
      return audit.note('second_factor_failed', { person, address });
    }
    const actor = idIn(to.body);
    const isRecovery = path === '/two-factor/verify-backup-code';
    if (isRecovery) await audit.note('recovery_code_used', { actor, address });
    if (!who)
      return audit.note('signed_in', {
        actor,
        address,
        detail: { by: isRecovery ? 'recovery code' : 'code' },
      });
    if (!who.twoFactor) await audit.note('second_factor_on', { actor, address });
  }

  private async idOf(username: unknown): Promise<string | undefined> {
    if (typeof username !== 'string') return undefined;
    const query = this.auth.tables
      .selectFrom('user')
      .select('id')
      .where('username', '=', signInKey(username.trim()));
    return (await this.auth.database.attempt(() => query.executeTakeFirst()))?.id;
  }

  /** Who is being asked for a code. */
  private async challenged(request: ExpressRequest): Promise<string | undefined> {
    const identifier = SECOND_FACTOR.exec(request.headers.cookie ?? '')?.[1];
    if (!identifier) return undefined;
    const query = this.auth.tables
      .selectFrom('verification')
      .select('value')
      .where('identifier', '=', identifier);
    return (await this.auth.database.attempt(() => query.executeTakeFirst()))?.value;
  }

  private async personOf(token: () => string | undefined): Promise<Who | null> {
    try {
      const given = token();
      if (given === undefined) return null;
      const query = this.auth.tables
        .selectFrom('session')
        .innerJoin('user', 'user.id', 'session.userId')
        .select(['user.id', 'user.twoFactorEnabled'])
        .where('session.token', '=', given);
      const row = await this.auth.database.attempt(() => query.executeTakeFirst());
      return row ? { id: row.id, twoFactor: Boolean(row.twoFactorEnabled) } : null;
    } catch {
      // A cookie that is not valid is nobody's; what else goes wrong fails the request itself.
      return null;
    }
  }

  private tokenIn(request: ExpressRequest, cookies: readonly string[]): string | undefined {
    const cookie = cookies.map((line) => line.split(';', 1)[0]).join('; ');
    return this.auth.tokens.read({ headers: { cookie }, secure: request.secure })?.token;
  }
}

function idIn(body: Record<string, unknown>): string | undefined {
  const { user } = body;
  const id = typeof user === 'object' && user !== null ? (user as { id?: unknown }).id : undefined;
  return typeof id === 'string' ? id : undefined;
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
