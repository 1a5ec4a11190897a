import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const COOKIE = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

/**
 * Remembers in a browser that somebody signed in there by this name, so that others who guess at the name cannot keep
 * its owner out. Worth nothing by itself: it signs nobody in.
 */
export class KnownDevices {
  constructor(private readonly secret: string) {}

  /** The value of a cookie for who has just signed in as `name`. */
  issue(name: string): string {
    const nonce = randomBytes(16).toString('base64url');
    return `${nonce}.${this.sign(nonce, name)}`;
  }

  /** What names the device, where the cookie was issued for `name`. */
  read(cookie: string | null | undefined, name: string): string | undefined {
    const [, nonce = '', given = ''] = COOKIE.exec(cookie ?? '') ?? [];
    if (!nonce) return undefined;
    return timingSafeEqual(Buffer.from(given), Buffer.from(this.sign(nonce, name))) ? nonce : undefined;
  }

  private sign(nonce: string, name: string): string {
    return createHmac('sha256', this.secret).update(`known device\0${nonce}\0${name}`).digest('base64url');
  }
}
