import type { Transaction } from 'kysely';
import type { AuthTables } from '../database/auth.tables.js';
import { columnsOf } from '../database/columns.js';
import type { Database } from '../database/database.contract.js';
import { ChatError, personName } from '../protocol/index.js';
import { guestName } from './guest-name.js';
import { claimNames } from './name-claims.js';
import { accountEmail, forgetKeys, makeFounder } from './registration.js';

const TRIES = 20;

/** The first time that another service signs somebody in here. */
export class Arrival {
  constructor(private readonly database: Pick<Database, 'dialect' | 'kysely' | 'attempt'>) {}

  /**
   * Gives the person a name that is theirs alone. Who was a guest in this browser stays the same person: what signs
   * them in moves to the guest, whose name and messages stay. Resolves with whoever is called otherwise now: first of all
   * the person, where anything changed, then guests who had the name.
   */
  settle(userId: string, guestId?: string): Promise<string[]> {
    const kysely = this.database.kysely.withTables<AuthTables>();
    return this.database.attempt(() =>
      kysely.transaction().execute(async (store) => {
        const known = await store
          .selectFrom('takenName')
          .select('skeleton')
          .where('userId', '=', userId)
          .execute();
        if (known.length > 0) return [];
        const isGuest = guestId !== undefined && (await this.adopt(store, userId, guestId));
        const id = isGuest ? guestId : userId;
        const { name } = await store
          .selectFrom('user')
          .select('name')
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        const { name: free, displaced } = await this.claim(store, id, name);
        if (free !== name) await store.updateTable('user').set({ name: free }).where('id', '=', id).execute();
        await makeFounder(store, id);
        return [id, ...displaced];
      }),
    );
  }

  private async adopt(store: Transaction<AuthTables>, userId: string, guestId: string): Promise<boolean> {
    const { flag, instant } = columnsOf(this.database.dialect);
    const account = { isAnonymous: flag(false), email: accountEmail(), updatedAt: instant(new Date()) };
    const { numUpdatedRows } = await store
      .updateTable('user')
      .set(account)
      .where('id', '=', guestId)
      .where('isAnonymous', '=', flag(true))
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await store.updateTable('account').set({ userId: guestId }).where('userId', '=', userId).execute();
    await store.updateTable('session').set({ userId: guestId }).where('userId', '=', userId).execute();
    await store.deleteFrom('user').where('id', '=', userId).execute();
    await forgetKeys(store, guestId);
    return true;
  }

  /** The name, or one like it that nobody has. */
  private async claim(store: Transaction<AuthTables>, userId: string, wish: string) {
    for (let n = 1; n <= TRIES; n += 1) {
      const name = n === 1 ? wish : (personName(`${[...wish].slice(0, 28).join('')} ${n}`) ?? guestName());
      try {
        return { name, displaced: await claimNames(store, userId, [name]) };
      } catch (error) {
        if (!(error instanceof ChatError) || error.code !== 'taken') throw error;
      }
    }
    throw new ChatError('taken', 'no name like yours is free');
  }
}
