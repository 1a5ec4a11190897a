import type { PostgresDatabase } from '../database/postgres.database.js';
import type { Entry } from './rows.js';
import { CLOCKS_DIFFER_MS, TooSoon } from './too-soon.js';

/**
 * Slow mode: whoever speaks takes a turn first, in a statement of its own; of two on two nodes at once, one gets it. A
 * turn is taken for one `clientId`, so that what failed behind it may be tried again. Returns why it came too soon.
 */
export async function takeTurn(
  { kysely }: PostgresDatabase,
  { draft: { roomId, actor, clientId }, at }: Entry,
  pauseMs: number,
): Promise<TooSoon | undefined> {
  const taken = await kysely
    .insertInto('pace')
    .values({ room_id: roomId, actor_id: actor.id, client_id: clientId, at })
    .onConflict((conflict) =>
      conflict
        .columns(['room_id', 'actor_id'])
        .doUpdateSet({ client_id: clientId, at })
        .where((is) =>
          is.or([
            is('pace.client_id', '=', clientId),
            is('pace.at', '<=', at - pauseMs),
            is('pace.at', '>', at + CLOCKS_DIFFER_MS),
          ]),
        ),
    )
    .executeTakeFirst();
  if ((taken.numInsertedOrUpdatedRows ?? 0n) > 0n) return undefined;
  const last = await kysely
    .selectFrom('pace')
    .select('at')
    .where('room_id', '=', roomId)
    .where('actor_id', '=', actor.id)
    .executeTakeFirstOrThrow();
  return new TooSoon(pauseMs, at - last.at);
}
