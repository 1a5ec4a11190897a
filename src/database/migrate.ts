import { Migrator } from 'kysely/migration';
import { DatabaseOpenError, type Database } from './database.contract.js';
import { migrations } from './migrations/index.js';

/**
 * Brings the tables up to date: all of it or nothing. Processes that start together on one PostgreSQL wait for each
 * other, and the later one finds nothing left to do.
 */
export async function migrate(database: Database): Promise<void> {
  await database.withoutTimeouts(async (kysely) => {
    const provider = { getMigrations: () => Promise.resolve(migrations(database.dialect)) };
    const { error, results } = await new Migrator({ db: kysely, provider }).migrateToLatest();
    if (error === undefined) return;
    const failed = results?.find((result) => result.status === 'Error')?.migrationName;
    const reason = error instanceof Error ? error.message : String(error);
    const where = failed === undefined ? '' : ` at ${failed}`;
    throw new DatabaseOpenError(`The database could not be migrated${where}: ${reason}`, { cause: error });
  });
}
