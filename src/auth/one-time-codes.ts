import { createHmac } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { AuthTables } from '../database/auth.tables.js';
import type { Database } from '../database/database.contract.js';

const STEP_MS = 30_000;
/** Better Auth takes the code before and the one after; a step further, as time passes between us and it. */
const AROUND = [-2, -1, 0, 1, 2];

/** Codes of authenticator apps, each of which lets in once (RFC 6238, 5.2). */
export class OneTimeCodes {
  constructor(private readonly database: Pick<Database, 'kysely' | 'attempt'>) {}

  /**
   * Takes the code, where it is one of this person's; resolves with whether nobody had taken it, or a later one,
   * before. Of many at the same moment one gets `true`. What is no code of theirs is not judged here: `true`.
   * `decrypt` reads the key as it is kept.
   */
  async take(userId: string, code: string, decrypt: (kept: string) => Promise<string>): Promise<boolean> {
    const find = this.tables.selectFrom('twoFactor').select(['id', 'secret']).where('userId', '=', userId);
    const kept = await this.database.attempt(() => find.executeTakeFirst());
    if (!kept) return true;
    const key = await decrypt(kept.secret);
    const now = Math.floor(Date.now() / STEP_MS);
    const lastStep = AROUND.map((steps) => now + steps).findLast((step) => codeOf(key, step) === code);
    if (lastStep === undefined) return true;
    const update = this.tables
      .updateTable('twoFactor')
      .set({ lastStep })
      .where('id', '=', kept.id)
      .where((where) => where.or([where('lastStep', 'is', null), where('lastStep', '<', lastStep)]));
    const { numUpdatedRows } = await this.database.attempt(() => update.executeTakeFirstOrThrow());
    return numUpdatedRows > 0n;
  }

  private get tables(): Kysely<AuthTables> {
    return this.database.kysely.withTables<AuthTables>();
  }
}

/** RFC 4226, 5.3. */
function codeOf(key: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
