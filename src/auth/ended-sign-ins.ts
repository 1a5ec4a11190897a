import type { Instant } from '../database/auth.tables.js';
import { columnsOf } from '../database/columns.js';
import { isUsableKey } from './api-key.reader.js';
import type { EndedWhy, Identity } from './auth-provider.js';
import type { Auth } from './better-auth.js';
import { extendedEnd, type SessionTimes } from './session-lifetime.js';
import { isShutOut } from './standing.js';

/** Every value of a list is a parameter, and databases take so many. */
const ASKED_AT_ONCE = 5_000;
const KEY = 'key:';

/**
 * Which of these are over: one question for all of them, a second one where some are. Those that are not are in use,
 * and last accordingly: a page that stays open signs nobody out.
 */
export async function endedSignIns(
  auth: Auth,
  identities: readonly Identity[],
): Promise<Map<string, EndedWhy>> {
  const ended = new Map<string, EndedWhy>();
  const keys = identities.filter(({ sessionId }) => sessionId.startsWith(KEY));
  const sessions = identities.filter(({ sessionId }) => !sessionId.startsWith(KEY));
  for (const [valid, all] of [[validSessions, sessions] as const, [validKeys, keys] as const])
    for (let at = 0; at < all.length; at += ASKED_AT_ONCE) {
      const some = all.slice(at, at + ASKED_AT_ONCE);
      const of = new Map(some.map(({ sessionId, user }) => [sessionId, user.id]));
      for (const id of await valid(auth, [...of.keys()])) of.delete(id);
      for (const [id, why] of await whyEnded(auth, of)) ended.set(id, why);
    }
  return ended;
}

async function validSessions(auth: Auth, ids: readonly string[]): Promise<string[]> {
  const { database, tables } = auth;
  const now = columnsOf(database.dialect).instant(new Date());
  const query = tables
    .selectFrom('session')
    .innerJoin('user', 'user.id', 'session.userId')
    .select(['session.id', 'session.createdAt', 'session.updatedAt', 'session.expiresAt'])
    .select(['banned', 'banExpires', 'disabled'])
    .where('session.id', 'in', ids)
    .where('session.expiresAt', '>', now);
  const valid = (await database.attempt(() => query.execute())).filter((row) => !isShutOut(row));
  await extend(auth, valid);
  return valid.map(({ id }) => id);
}

/** A ban ends sign-ins and leaves keys alone: they serve again when it is over. */
async function validKeys({ database, tables }: Auth, ids: readonly string[]): Promise<string[]> {
  const now = Date.now();
  const query = tables
    .selectFrom('apikey')
    .innerJoin('user', 'user.id', 'apikey.referenceId')
    .select(['apikey.id as keyId', 'apikey.enabled', 'apikey.expiresAt'])
    .select(['isAnonymous', 'banned', 'banExpires', 'disabled'])
    .where(
      'apikey.id',
      'in',
      ids.map((id) => id.slice(KEY.length)),
    );
  const keys = await database.attempt(() => query.execute());
  return keys.filter((key) => isUsableKey(key, now)).map(({ keyId }) => KEY + keyId);
}

/** At most once a day each. Most of them end at the same moment then, so that few statements do. */
async function extend(
  { database, tables }: Auth,
  sessions: readonly (SessionTimes & { id: string; expiresAt: Instant })[],
): Promise<void> {
  const now = Date.now();
  const { instant } = columnsOf(database.dialect);
  const used = sessions
    .map((session) => ({ id: session.id, before: session.expiresAt, end: extendedEnd(session, now) }))
    .filter(({ before, end }) => end > new Date(before).getTime());
  for (const [end, some] of Map.groupBy(used, (session) => session.end)) {
    const update = tables
      .updateTable('session')
      .set({ expiresAt: instant(new Date(end)), updatedAt: instant(new Date(now)) })
      .where(
        'id',
        'in',
        some.map(({ id }) => id),
      );
    await database.attempt(() => update.execute());
  }
}

async function whyEnded(
  { database, tables }: Auth,
  of: ReadonlyMap<string, string>,
): Promise<Map<string, EndedWhy>> {
  if (of.size === 0) return new Map();
  const query = tables
    .selectFrom('user')
    .select(['id', 'banned', 'banExpires', 'disabled'])
    .where('id', 'in', [...new Set(of.values())]);
  const people = await database.attempt(() => query.execute());
  const out = new Set(people.filter((person) => isShutOut(person)).map(({ id }) => id));
  return new Map([...of].map(([id, userId]) => [id, out.has(userId) ? 'banned' : 'signed_out']));
}
