import { openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { createRoomLog } from '../../src/log/create.room-log.js';

/** What one process has of the database. */
export async function openNode(url: string, pool = 5) {
  const database = await openDatabase({ url, pool });
  await migrate(database);
  return { database, ...createRoomLog(database), [Symbol.asyncDispose]: () => database.close() };
}
