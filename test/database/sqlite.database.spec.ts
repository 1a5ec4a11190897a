import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { SqliteDatabase } from '../../src/database/sqlite.database.js';
import { temporaryFolder } from '../support/folder.js';

async function openInMemory() {
  const database = SqliteDatabase.open('sqlite::memory:');
  await migrate(database);
  return {
    database,
    kysely: database.kysely,
    add: (id: string) =>
      database.exclusive((sqlite) =>
        sqlite.exec(`insert into person (id, name, guest) values ('${id}', '', 0)`),
      ),
    people: async () =>
      (await database.kysely.selectFrom('person').select('id').orderBy('id').execute()).map((p) => p.id),
    [Symbol.asyncDispose]: () => database.close(),
  };
}

const person = (id: string) => ({ id, name: id, guest: 0 });

describe('The SQLite database', () => {
  it('keeps everybody else out of a transaction that is open across awaits', async () => {
    await using house = await openInMemory();
    const { kysely } = house;
    const others: Promise<unknown>[] = [];
    const undone = kysely.transaction().execute(async (transaction) => {
      await transaction.insertInto('person').values(person('undone')).execute();
      others.push(house.add('exclusive'));
      others.push(kysely.insertInto('person').values(person('kysely')).execute());
      others.push(
        kysely.transaction().execute((other) => other.insertInto('person').values(person('other')).execute()),
      );
      await new Promise(setImmediate);
      await transaction.insertInto('person').values(person('undone too')).execute();
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    await Promise.all(others);
    expect(await house.people()).toEqual(['exclusive', 'kysely', 'other']);
  });

  it('serves those who wait in the order they came', async () => {
    await using house = await openInMemory();
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    const order: number[] = [];
    let waiting: Promise<unknown> | undefined;
    await house.kysely.transaction().execute(async () => {
      waiting = Promise.all(numbers.map((index) => house.database.exclusive(() => order.push(index))));
      await new Promise(setImmediate);
      expect(order).toEqual([]);
    });
    await waiting;
    expect(order).toEqual(numbers);
  });

  it('ends a transaction that waits for itself, and goes on', async () => {
    await using house = await openInMemory();
    const stuck = house.database.attempt(() =>
      house.kysely.transaction().execute(async (transaction) => {
        await transaction.insertInto('person').values(person('stuck')).execute();
        await house.kysely.selectFrom('person').selectAll().execute();
      }),
    );
    await expect(stuck).rejects.toMatchObject({ code: 'unavailable' });
    expect(await house.people()).toEqual([]);
  });

  it('takes back what exclusive work has not committed', async () => {
    await using house = await openInMemory();
    const failing = house.database.exclusive((sqlite) => {
      sqlite.exec('begin');
      sqlite.exec("insert into person (id, name, guest) values ('lost', '', 0)");
      throw new Error('half-way');
    });
    await expect(failing).rejects.toThrow('half-way');
    await house.add('kept');
    expect(await house.people()).toEqual(['kept']);
  });

  it('takes tables back like rows, so that a migration happens whole or not at all', async () => {
    await using house = await openInMemory();
    const failing = house.kysely.transaction().execute(async (transaction) => {
      await transaction.schema.createTable('half').addColumn('id', 'text').execute();
      throw new Error('half-way');
    });
    await expect(failing).rejects.toThrow('half-way');
    const tables = await house.kysely.introspection.getTables();
    expect(tables.map((table) => table.name)).not.toContain('half');
  });

  it('has savepoints inside transactions', async () => {
    await using house = await openInMemory();
    const transaction = await house.kysely.startTransaction().execute();
    await transaction.insertInto('person').values(person('kept')).execute();
    const marked = await transaction.savepoint('mark').execute();
    await marked.insertInto('person').values(person('undone')).execute();
    await marked.rollbackToSavepoint('mark').execute();
    await transaction.commit().execute();
    expect(await house.people()).toEqual(['kept']);
  });

  it('refuses a value of the wrong type instead of storing it', async () => {
    await using house = await openInMemory();
    const wrong = sql`insert into person (id, name, guest) values ('a', 'a', 'yes')`.execute(house.kysely);
    await expect(wrong).rejects.toThrow('cannot store TEXT value in INTEGER column');
  });

  describe('whose file another program keeps locked', () => {
    async function openLocked() {
      const folder = await temporaryFolder();
      const file = join(folder.path, 'chat.db');
      const database = SqliteDatabase.open(`sqlite:${file}`);
      await migrate(database);
      const other = new DatabaseSync(file, { timeout: 0 });
      other.exec('begin immediate');
      return {
        database,
        kysely: database.kysely,
        other,
        async [Symbol.asyncDispose]() {
          other.close();
          await database.close();
          await folder[Symbol.asyncDispose]();
        },
      };
    }

    it('waits for it while the event loop goes on, with statements, transactions and exclusive work', async () => {
      await using house = await openLocked();
      const { database, kysely, other } = house;
      const add = (id: string) => kysely.insertInto('person').values(person(id)).execute();
      const waiting = Promise.all([
        add('statement'),
        kysely
          .transaction()
          .execute((open) => open.insertInto('person').values(person('transaction')).execute()),
        database.exclusive((sqlite) =>
          sqlite.exec("insert into person (id, name, guest) values ('work', '', 0)"),
        ),
      ]);
      // That this thread comes to let go at all is what is tested: it would be asleep until the lock is given up for.
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      other.exec('commit');
      await waiting;
      expect(await kysely.selectFrom('person').select('id').orderBy('id').execute()).toEqual(
        ['statement', 'transaction', 'work'].map((id) => ({ id })),
      );
    });

    it('gives up after some seconds, with nothing half done', async () => {
      await using house = await openLocked();
      const { database, kysely, other } = house;
      const lost = database.attempt(() =>
        kysely.transaction().execute((open) => open.insertInto('person').values(person('lost')).execute()),
      );
      await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
      other.exec('rollback');
      await kysely.insertInto('person').values(person('kept')).execute();
      expect(await kysely.selectFrom('person').select('id').execute()).toEqual([{ id: 'kept' }]);
    });
  });

  it('survives a power cut: write-ahead log, synced at every commit, references checked', async () => {
    await using folder = await temporaryFolder();
    const url = `sqlite:./${relative(process.cwd(), join(folder.path, 'data', 'chat.db'))}`;
    const database = SqliteDatabase.open(url);
    const pragma = (name: string) =>
      database.exclusive((sqlite) => Object.values(sqlite.prepare(`pragma ${name}`).get() ?? {})[0]);
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
    await database.close();
  });

  it('tells clients to try again while another program writes to the file, and goes on after that', async () => {
    await using folder = await temporaryFolder();
    const database = SqliteDatabase.open(folder.databaseUrl);
    await migrate(database);
    const add = () =>
      database.attempt(() => database.kysely.insertInto('person').values(person('ann')).execute());
    const other = new DatabaseSync(join(folder.path, 'data', 'chat.db'));
    other.exec('begin immediate');
    await expect(add()).rejects.toMatchObject({ code: 'unavailable', status: 503 });
    other.close();
    await add();
    await database.close();
  });

  it('lets what is under way finish before it closes, and is unavailable from then on', async () => {
    const house = await openInMemory();
    const under = house.kysely.transaction().execute(async (transaction) => {
      await transaction.insertInto('person').values(person('last')).execute();
      await new Promise(setImmediate);
      return transaction.selectFrom('person').select('id').execute();
    });
    await new Promise(setImmediate);
    await Promise.all([house.database.close(), house.database.close()]);
    expect(await under).toHaveLength(1);
    const late = house.database.attempt(() => house.people());
    await expect(late).rejects.toMatchObject({ code: 'unavailable' });
    await expect(house.database.ping()).rejects.toThrow();
  });

  it('says which file it is that cannot be opened, and leaves the folder free', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'letter.db');
    await writeFile(file, 'Dear database, '.repeat(100));
    const open = () => SqliteDatabase.open(`sqlite:${file}`);
    expect(open).toThrow(`The database ${file} cannot be opened: file is not a database`);
    await writeFile(file, '');
    await open().close();
  });
});
