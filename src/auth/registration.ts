import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { AuthTables } from '../database/auth.tables.js';
import { columnsOf } from '../database/columns.js';
import type { Database } from '../database/database.contract.js';
import { ChatError } from '../protocol/index.js';
import { claimNames } from './name-claims.js';

export interface NewAccount {
  /** Of a guest, who becomes the account and stays the same person; else a new one. */
  userId: string;
  isGuest: boolean;
  /** As compared. */
  username: string;
  name: string;
  passwordHash: string;
}

type Store = Kysely<AuthTables> | Transaction<AuthTables>;

/** Nobody gives us an address; Better Auth wants one that is unique. */
export const accountEmail = () => `${randomUUID()}@account.invalid`;

/** Accounts are made whole or not at all. */
export class Registration {
  constructor(private readonly database: Pick<Database, 'dialect' | 'kysely' | 'attempt'>) {}

  /**
   * Throws `taken` where somebody has one of the names, or one that looks like it. Returns the guests who were called so,
   * and are not any more. May be repeated.
   */
  async register(account: NewAccount): Promise<string[]> {
    const kysely = this.database.kysely.withTables<AuthTables>();
    return this.database.attempt(() =>
      kysely.transaction().execute(async (store) => {
        await this.writeUser(store, account);
        const displaced = await claimNames(store, account.userId, [account.username, account.name]);
        // Only now: what somebody has is refused by the claim, with a sentence.
        const { userId: id, username } = account;
        await store.updateTable('user').set({ username }).where('id', '=', id).execute();
        await this.writePassword(store, account);
        if (account.isGuest) await forgetKeys(store, id);
        await makeFounder(store, account.userId);
        return displaced;
      }),
    );
  }

  private async writeUser(store: Store, { userId, isGuest, username, name }: NewAccount): Promise<void> {
    const { instant, flag } = columnsOf(this.database.dialect);
    const now = instant(new Date());
    const account = { name, isAnonymous: flag(false), updatedAt: now };
    const email = accountEmail();
    if (isGuest) return this.convert(store, userId, username, { ...account, email });
    const blank = {
      username: null,
      image: null,
      status: null,
      role: null,
      banReason: null,
      banExpires: null,
    };
    const no = flag(false);
    await store
      .insertInto('user')
      .values({
        ...account,
        ...blank,
        id: userId,
        email,
        emailVerified: no,
        twoFactorEnabled: no,
        banned: no,
        disabled: no,
        createdAt: now,
      })
      // A repetition of ours whose first answer was lost.
      .onConflict((conflict) => conflict.column('id').doUpdateSet(account))
      .execute();
  }

  /** Once: two tabs of a guest that register at the same moment are one account, by one name. */
  private async convert(
    store: Store,
    userId: string,
    username: string,
    account: Record<string, unknown>,
  ): Promise<void> {
    const { flag } = columnsOf(this.database.dialect);
    const { numUpdatedRows } = await store
      .updateTable('user')
      .set(account)
      .where('id', '=', userId)
      .where('isAnonymous', '=', flag(true))
      .executeTakeFirst();
    if (numUpdatedRows > 0n) return;
    const person = await store
      .selectFrom('user')
      .select('username')
      .where('id', '=', userId)
      .executeTakeFirst();
    // A repetition of ours whose first answer was lost is no second registration.
    if (person?.username !== username) throw new ChatError('taken', 'you have an account by now');
  }

  private async writePassword(store: Store, { userId, passwordHash }: NewAccount): Promise<void> {
    const now = columnsOf(this.database.dialect).instant(new Date());
    const none = { accessToken: null, refreshToken: null, idToken: null, scope: null };
    await store
      .deleteFrom('account')
      .where('userId', '=', userId)
      .where('providerId', '=', 'credential')
      .execute();
    await store
      .insertInto('account')
      .values({
        ...none,
        id: randomUUID(),
        userId,
        accountId: userId,
        providerId: 'credential',
        accessTokenExpiresAt: null,
        refreshTokenExpiresAt: null,
        password: passwordHash,
        createdAt: now,
        updatedAt: now,
      })
      .execute();
  }
}

/** What a guest could make counts for nothing: somebody else may have been that guest in another browser. */
export async function forgetKeys(store: Store, userId: string): Promise<void> {
  await store.deleteFrom('apikey').where('referenceId', '=', userId).execute();
}

/** The first account administers; of several at the same moment, exactly one. */
export async function makeFounder(store: Store, userId: string): Promise<void> {
  await store
    .insertInto('founder')
    .values({ place: 1, userId })
    .onConflict((conflict) => conflict.column('place').doNothing())
    .execute();
  const founder = await store.selectFrom('founder').select('userId').executeTakeFirst();
  if (founder?.userId !== userId) return;
  await store.updateTable('user').set({ role: 'admin' }).where('id', '=', userId).execute();
}
