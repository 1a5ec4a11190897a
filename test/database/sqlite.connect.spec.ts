import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectSqlite } from '../../src/database/sqlite.connect.js';
import { temporaryFolder } from '../support/folder.js';

const PAGE = 4_096;
/** Where it is moved at 2,000, and the commit on the way there is still to be taken. */
const MOST_PAGES = 2_300;

describe('The write-ahead log', () => {
  it('is moved into the file before moving it takes long, however much is written', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'chat.db');
    const sqlite = connectSqlite(file, 'thread');
    sqlite.exec('create table said (bytes blob)');
    const say = sqlite.prepare('insert into said values (zeroblob(?))');
    for (let commit = 0; commit < 600; commit++) say.run(10 * PAGE);
    const log = await stat(`${file}-wal`);
    expect(log.size).toBeGreaterThan(PAGE);
    expect(log.size).toBeLessThan(MOST_PAGES * (PAGE + 24));
    sqlite.close();
    expect((await stat(file)).size).toBeGreaterThan(600 * 10 * PAGE);
  });
});
