import { Migrator } from 'kysely/migration';
import { expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations/index.js';
import { createRoomLog } from '../../src/log/create.room-log.js';
import { temporaryFolder } from '../support/folder.js';
import { startPostgres } from '../support/postgres.js';

/** A room as it was when messages had a table of their own: two messages, one edited, one deleted, one reacted to. */
async function yesterday(database: Database): Promise<void> {
  const all = migrations(database.dialect);
  const provider = { getMigrations: () => Promise.resolve(all) };
  const { error } = await new Migrator({ db: database.kysely, provider }).migrateTo('0009_guest_names');
  if (error) throw error instanceof Error ? error : new Error(String(error));
  // Tables of then, so that nothing of now describes them.
  const then =
    database.kysely.withTables<Record<'message' | 'event' | 'reaction', Record<string, unknown>>>();
  await database.kysely
    .insertInto('room')
    .values({
      ...{ id: 'r', name: 'lobby', title: 'lobby', topic: '', kind: 'public', epoch: 'e' },
      ...{ head: 5, created_at: 1, last_at: 1, archived_at: null, direct_key: null },
    })
    .execute();
  const event = (no: number, type: string, about: number | null, data: object | null = null) => ({
    ...{ no: 70 + no, room_id: 'r', seq: no, type, id: `id-${no}`, actor_id: 'ann', client_id: `c-${no}` },
    ...{ about, data: data && JSON.stringify(data), at: no },
  });
  await then
    .insertInto('event')
    .values([
      event(1, 'message.created', null),
      event(2, 'message.created', null),
      event(3, 'message.edited', 71, { id: 'id-1' }),
      event(4, 'reaction.added', 71, { id: 'id-1', emoji: '👍' }),
      event(5, 'message.deleted', 72, { id: 'id-2' }),
    ])
    .execute();
  const message = { reply_to: null, edited_at: null, deleted_at: null };
  await then
    .insertInto('message')
    .values([
      { ...message, no: 71, text: 'mended', reply_to: 'id-0', edited_at: 3, changed: 3 },
      { ...message, no: 72, text: '', deleted_at: 5, changed: 5 },
    ])
    .execute();
  await then
    .insertInto('reaction')
    .values({ about: 71, actor_id: 'ann', emoji: '👍', seq: 4, gone: 0 })
    .execute();
}

async function expectKept(url: string): Promise<void> {
  const database = await openDatabase({ url, pool: 2 });
  try {
    await yesterday(database);
    await migrate(database);
    const { log } = createRoomLog(database);
    expect(await log.messages('r', { limit: 9 })).toMatchObject([
      { id: 'id-1', text: 'mended', replyTo: 'id-0', changed: 3, reactions: [{ emoji: '👍', seq: 4 }] },
      { id: 'id-2', text: '', deleted: true, changed: 5, reactions: [] },
    ]);
    expect((await log.range('r', { after: 0, limit: 9 })).map(({ data }) => data)).toEqual([
      { text: 'mended', replyTo: 'id-0' },
      { text: '', deleted: true },
      { id: 'id-1', text: 'mended' },
      { id: 'id-1', emoji: '👍' },
      { id: 'id-2' },
    ]);
    const draft = { roomId: 'r', actor: { id: 'bob', name: 'Bob' }, clientId: 'new' };
    await log.append({ ...draft, type: 'message.edited', data: { id: 'id-1', text: 'again' } });
    expect(await log.message('r', 'id-1')).toMatchObject({ text: 'again', changed: 6 });
  } finally {
    await database.close();
  }
}

it('messages of a database in SQLite that had them in a table of their own are what they were', async () => {
  await using folder = await temporaryFolder();
  await expectKept(folder.databaseUrl);
});

it('messages of a database in PostgreSQL that had them in a table of their own are what they were', async () => {
  await using server = await startPostgres();
  await expectKept(await server.createDatabase());
});
