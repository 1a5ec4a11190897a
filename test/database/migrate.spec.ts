import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations/index.js';
import { temporaryFolder } from '../support/folder.js';
import { startPostgres } from '../support/postgres.js';

describe('The tables', () => {
  it('are made once by processes that start together on one PostgreSQL', async () => {
    await using server = await startPostgres();
    const url = await server.createDatabase();
    await using databases = new AsyncDisposableStack();
    const starting = [1, 2, 3, 4, 5].map(async () => {
      const database = await openDatabase({ url, pool: 2 });
      databases.defer(() => database.close());
      await migrate(database);
      return sql<{ name: string }>`select name from kysely_migration order by name`.execute(database.kysely);
    });
    const names = Object.keys(migrations('postgres')).map((name) => ({ name }));
    for (const { rows } of await Promise.all(starting)) expect(rows).toEqual(names);
  });

  it('are left as they are by the next start', async () => {
    await using folder = await temporaryFolder();
    for (const start of [1, 2]) {
      const database = await openDatabase({ url: folder.databaseUrl, pool: 1 });
      await migrate(database);
      if (start === 1) {
        await database.kysely.insertInto('person').values({ id: 'ann', name: 'Ann', guest: 0 }).execute();
      }
      expect(await database.kysely.selectFrom('person').select('name').execute()).toEqual([{ name: 'Ann' }]);
      await database.close();
    }
  });

  it('of a newer version are not touched: the start is refused and says why', async () => {
    await using folder = await temporaryFolder();
    const database = await openDatabase({ url: folder.databaseUrl, pool: 1 });
    await migrate(database);
    await sql`insert into kysely_migration values ('9999_tomorrow', '2999-01-01T00:00:00.000Z')`.execute(
      database.kysely,
    );
    const refused = migrate(database);
    await expect(refused).rejects.toMatchObject({ name: 'DatabaseOpenError' });
    await expect(refused).rejects.toThrow('9999_tomorrow');
    await database.close();
  });
});
