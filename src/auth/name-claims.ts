import type { Kysely, Transaction } from 'kysely';
import type { AuthTables } from '../database/auth.tables.js';
import { ChatError } from '../protocol/index.js';
import { isOrdinary, isReserved, skeleton } from './look-alikes.js';

type Store = Kysely<AuthTables> | Transaction<AuthTables>;

const taken = () => new ChatError('taken', 'this name, or one that looks like it, is in use');

function checkLetters(name: string): void {
  if (!isOrdinary(name))
    throw new ChatError('bad_name', 'a name has no phonetic, small-capital or historic letters');
}

/**
 * The names of accounts are theirs alone: nobody else, guests included, is called so or so that one takes them for it.
 * Guests have no claim. Throws `taken`, `bad_name`.
 */
export async function claimNames(store: Store, userId: string, names: readonly string[]): Promise<void> {
  names.forEach(checkLetters);
  const wanted = [...new Set(names.map(skeleton))];
  if (names.some(isReserved) || wanted.includes('')) throw taken();
  // In one order everywhere: two that want each other's names must not wait in a circle.
  for (const each of wanted.sort()) {
    await store
      .insertInto('takenName')
      .values({ skeleton: each, userId })
      .onConflict((conflict) => conflict.column('skeleton').doNothing())
      .execute();
  }
  const rows = await store.selectFrom('takenName').selectAll().where('skeleton', 'in', wanted).execute();
  if (rows.length < wanted.length || rows.some((row) => row.userId !== userId)) throw taken();
  await store
    .deleteFrom('takenName')
    .where('userId', '=', userId)
    .where('skeleton', 'not in', wanted)
    .execute();
}

/** For a guest, who is called so only while nobody has the name. Throws `taken`, `bad_name`. */
export async function checkNotTaken(store: Store, name: string): Promise<void> {
  checkLetters(name);
  const shape = skeleton(name);
  if (isReserved(name) || shape === '') throw taken();
  const row = await store
    .selectFrom('takenName')
    .selectAll()
    .where('skeleton', '=', shape)
    .executeTakeFirst();
  if (row) throw taken();
}
