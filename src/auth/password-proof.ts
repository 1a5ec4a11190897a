import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Says by which password somebody was let in, without saying anything of the password. A sign-in takes time, and a
 * second factor minutes more: what was proved is worth nothing once the password is another one.
 */
export class PasswordProofs {
  constructor(private readonly secret: string) {}

  /**
   * `hash` is what the password was compared with: another one, also of the same password, is another proof. Empty of
   * who has none, whom another service lets in.
   */
  of(userId: string, hash: string): string {
    return createHmac('sha256', this.secret).update(`proof\0${userId}\0${hash}`).digest('base64url');
  }

  fits(given: string | null | undefined, userId: string, hash: string): boolean {
    const [mine, theirs] = [Buffer.from(this.of(userId, hash)), Buffer.from(given ?? '')];
    return mine.length === theirs.length && timingSafeEqual(mine, theirs);
  }
}
