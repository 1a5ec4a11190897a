import { createHmac, timingSafeEqual } from 'node:crypto';
import { ChatError } from '../protocol/index.js';
import type { Credentials } from './auth-provider.js';

/** The `__Host-` prefix makes browsers insist on Secure, Path=/ and no Domain: no neighbour can plant one. */
export const SECURE_COOKIE = '__Host-chat.session_token';
export const PLAIN_COOKIE = 'chat.session_token';

const TOKEN = /^[A-Za-z0-9]{32}$/;
const BEARER = /^bearer(?: +|$)/i;

/**
 * A session's token as it travels: `<token>.<HMAC-SHA-256 in base64>`, the form Better Auth writes into its cookie.
 * A bearer is the same value. The signature is what a copy of the database does not contain, so an unsigned token is
 * refused, and what is made up is refused before the database is asked.
 */
export class SessionTokens {
  /** `https` tells where people reach us; `undefined` where only each request can say. */
  constructor(
    private readonly secret: string,
    private readonly https?: boolean,
  ) {}

  /** The token in the cookie or bearer, and which of them it was; `null` where there is neither. */
  read(from: Credentials): { token: string; by: 'cookie' | 'bearer' } | null {
    const { authorization, cookie } = from.headers;
    // A bearer was put there on purpose, a cookie comes by itself.
    if (authorization !== undefined && BEARER.test(authorization)) {
      return { token: this.verify(authorization.replace(BEARER, '')), by: 'bearer' };
    }
    const signed = this.cookieNames(from).map((name) => cookieValue(cookie, name));
    const first = signed.find((value) => value !== undefined);
    return first === undefined ? null : { token: this.verify(first), by: 'cookie' };
  }

  setCookie(from: Credentials, token: string, maxAgeSeconds: number): string {
    const secure = this.secure(from) === true;
    const name = secure ? SECURE_COOKIE : PLAIN_COOKIE;
    const value = encodeURIComponent(`${token}.${this.sign(token)}`);
    return `${name}=${value}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly${secure ? '; Secure' : ''}; SameSite=Lax`;
  }

  /** Whether cookies of the answer to `from` must be Secure; `undefined` where nobody knows. */
  secure(from: Pick<Credentials, 'secure'>): boolean | undefined {
    return this.https ?? from.secure;
  }

  private cookieNames(from: Credentials): string[] {
    const secure = this.secure(from);
    if (secure === undefined) return [SECURE_COOKIE, PLAIN_COOKIE];
    return [secure ? SECURE_COOKIE : PLAIN_COOKIE];
  }

  private verify(signed: string): string {
    const value = decode(signed.trim());
    const dot = value.indexOf('.');
    const token = value.slice(0, dot);
    const given = Buffer.from(value.slice(dot + 1));
    const wanted = Buffer.from(this.sign(token));
    if (!TOKEN.test(token) || given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw new ChatError('unauthenticated', 'this sign-in is not valid');
    }
    return token;
  }

  private sign(token: string): string {
    return createHmac('sha256', this.secret).update(token).digest('base64');
  }
}

/** The first of that name, as Better Auth reads it. */
function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1);
  }
  return undefined;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return '';
  }
}
