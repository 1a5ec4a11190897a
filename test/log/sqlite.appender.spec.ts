import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { connectSqlite } from '../../src/database/sqlite.connect.js';
import { SqliteDatabase } from '../../src/database/sqlite.database.js';
import { SqliteAppender } from '../../src/log/sqlite.appender.js';
import { entryOf } from '../../src/log/rows.js';
import { temporaryFolder } from '../support/folder.js';

const ann = { id: 'ann', name: 'Ann' };
const say = (text: string, replyTo?: string) =>
  entryOf({
    roomId: 'r',
    actor: ann,
    clientId: randomUUID(),
    type: 'message.created',
    data: { text, ...(replyTo && { replyTo }) },
  });

/** A writing connection, and another one, as a server has them. */
async function stage() {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'chat.db');
  const database = await SqliteDatabase.open(file);
  await migrate(database);
  const writer = connectSqlite(file, 'thread');
  const other = connectSqlite(file, 'event loop');
  other.exec(
    `insert into room (id, name, title, topic, kind, epoch, head, created_at, last_at)
     values ('r', 'lobby', '', '', 'public', 'e', 0, 0, 0)`,
  );
  return {
    appender: new SqliteAppender(writer, true),
    other,
    [Symbol.asyncDispose]: async () => {
      writer.close();
      other.close();
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('who writes again and again', () => {
  it('is called what another connection called them since', async () => {
    await using house = await stage();
    expect(house.appender.append([say('one')])).toMatchObject([{ seq: 1, name: 'Ann' }]);
    expect(house.appender.append([say('two')])).toMatchObject([{ seq: 2, name: 'Ann' }]);
    house.other.exec(`update person set name = 'Änne', picture = 'p' where id = 'ann'`);
    expect(house.appender.append([say('three')])).toMatchObject([{ seq: 3, name: 'Änne', picture: 'p' }]);
  });

  it('is known to readers, also where the first batch failed', async () => {
    await using house = await stage();
    const broken = say('not stored');
    Object.assign(broken.draft.data, { text: {} });
    expect(() => house.appender.append([say('nor this'), broken])).toThrow();
    expect(house.appender.append([say('one')])).toMatchObject([{ seq: 1 }]);
    expect(house.other.prepare('select id, name from person').all()).toMatchObject([
      { id: 'ann', name: 'Ann' },
    ]);
  });
});
