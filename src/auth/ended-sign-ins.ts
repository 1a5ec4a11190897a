import { columnsOf } from '../database/columns.js';
import type { EndedWhy, Identity } from './auth-provider.js';
import type { Auth } from './better-auth.js';
import { isShutOut } from './standing.js';

/** Every value of a list is a parameter, and databases take so many. */
const ASKED_AT_ONCE = 5_000;
const KEY = 'key:';

/** Which of these are over: one question for all of them, a second one where some are. */
export async function endedSignIns(
  auth: Auth,
  identities: readonly Identity[],
): Promise<Map<string, EndedWhy>> {
  const ended = new Map<string, EndedWhy>();
  const keys = identities.filter(({ sessionId }) => sessionId.startsWith(KEY));
  const sessions = identities.filter(({ sessionId }) => !sessionId.startsWith(KEY));
  for (const [kind, all] of [['session', sessions] as const, ['apikey', keys] as const])
    for (let at = 0; at < all.length; at += ASKED_AT_ONCE)
      for (const [id, why] of await endedOf(auth, kind, all.slice(at, at + ASKED_AT_ONCE)))
        ended.set(id, why);
  return ended;
}

async function endedOf(
  { database, tables }: Auth,
  kind: 'session' | 'apikey',
  identities: readonly Identity[],
): Promise<Map<string, EndedWhy>> {
  const now = columnsOf(database.dialect).instant(new Date());
  const of = new Map(identities.map(({ sessionId, user }) => [sessionId, user.id]));
  const ids = [...of.keys()];
  const valid = await database.attempt(() =>
    kind === 'session'
      ? tables
          .selectFrom('session')
          .select('id')
          .where('id', 'in', ids)
          .where('expiresAt', '>', now)
          .execute()
      : tables
          .selectFrom('apikey')
          .select('id')
          .where(
            'id',
            'in',
            ids.map((id) => id.slice(KEY.length)),
          )
          .where((where) => where.or([where('expiresAt', 'is', null), where('expiresAt', '>', now)]))
          .execute(),
  );
  for (const { id } of valid) of.delete(kind === 'session' ? id : KEY + id);
  if (of.size === 0) return new Map();
  const people = await database.attempt(() =>
    tables
      .selectFrom('user')
      .select(['id', 'banned', 'banExpires', 'disabled'])
      .where('id', 'in', [...new Set(of.values())])
      .execute(),
  );
  const out = new Set(people.filter((person) => isShutOut(person)).map(({ id }) => id));
  return new Map([...of].map(([id, userId]) => [id, out.has(userId) ? 'banned' : 'signed_out']));
}
