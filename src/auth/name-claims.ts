import type { Kysely, Transaction } from 'kysely';
import type { AuthTables } from '../database/auth.tables.js';
import { ChatError } from '../protocol/index.js';
import { guestName } from './guest-name.js';
import { isOrdinary, isReserved, skeleton } from './look-alikes.js';

type Store = Kysely<AuthTables> | Transaction<AuthTables>;

const taken = () => new ChatError('taken', 'this name, or one that looks like it, is in use');

function checkLetters(name: string): void {
  if (!isOrdinary(name))
    throw new ChatError('bad_name', 'a name has no phonetic, small-capital or historic letters');
}

/**
 * The names of accounts are theirs alone: nobody else, guests included, is called so or so that one takes them for it.
 * Guests have no claim: those who were called so get another name. Returns who they are. Throws `taken`, `bad_name`.
 */
export async function claimNames(store: Store, userId: string, names: readonly string[]): Promise<string[]> {
  names.forEach(checkLetters);
  const wanted = [...new Set(names.map(skeleton))];
  if (names.some(isReserved) || wanted.includes('')) throw taken();
  // In one order everywhere: two that want each other's names must not wait in a circle.
  for (const each of wanted.sort()) await insertClaim(store, userId, each);
  const rows = await store.selectFrom('takenName').selectAll().where('skeleton', 'in', wanted).execute();
  if (rows.length < wanted.length || rows.some((row) => row.userId !== userId)) throw taken();
  await store
    .deleteFrom('takenName')
    .where('userId', '=', userId)
    .where('skeleton', 'not in', wanted)
    .execute();
  await store.deleteFrom('guestName').where('userId', '=', userId).execute();
  return displaceGuests(store, wanted);
}

/** A guest is called so from now on, as long as nobody has the name. Throws `taken`, `bad_name`. */
export async function lendName(store: Store, userId: string, name: string): Promise<void> {
  checkLetters(name);
  const shape = skeleton(name);
  if (isReserved(name) || shape === '') throw taken();
  // A claim for a moment: whoever claims the name at the same time waits, and then finds who is called so.
  await insertClaim(store, userId, shape);
  const { numDeletedRows } = await store
    .deleteFrom('takenName')
    .where('skeleton', '=', shape)
    .where('userId', '=', userId)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw taken();
  await store
    .insertInto('guestName')
    .values({ userId, skeleton: shape })
    .onConflict((conflict) => conflict.column('userId').doUpdateSet({ skeleton: shape }))
    .execute();
}

async function insertClaim(store: Store, userId: string, shape: string): Promise<void> {
  await store
    .insertInto('takenName')
    .values({ skeleton: shape, userId })
    .onConflict((conflict) => conflict.column('skeleton').doNothing())
    .execute();
}

async function displaceGuests(store: Store, shapes: readonly string[]): Promise<string[]> {
  const rows = await store
    .deleteFrom('guestName')
    .where('skeleton', 'in', shapes)
    .returning('userId')
    .execute();
  for (const { userId } of rows)
    await store.updateTable('user').set({ name: guestName() }).where('id', '=', userId).execute();
  return rows.map(({ userId }) => userId);
}
