import { parseEnv } from '../config/env.js';
import { openDatabase } from '../database/database.js';
import { migrate } from '../database/migrate.js';
import { newEpoch } from './new-epoch.js';

/**
 * `npm run restored`, behind a backup that was restored. Open pages and returning clients know places in the log that will
 * be given to other messages; with new epochs they are told to reload, instead of going on there with a hole.
 */
async function restored(): Promise<void> {
  const { DATABASE_URL: url } = parseEnv(process.env);
  const database = await openDatabase({ url, pool: 1 });
  try {
    await migrate(database);
    const query = database.kysely.updateTable('room').set({ epoch: newEpoch() });
    const { numUpdatedRows } = await query.executeTakeFirstOrThrow();
    console.log(`Rooms with a new epoch: ${numUpdatedRows}. Whoever comes back to them reloads.`);
  } finally {
    await database.close();
  }
}

restored().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
