import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/database.js';
import { temporaryFolder } from '../support/folder.js';
import { startScript } from '../support/script.js';

const script = new URL('./open.script.ts', import.meta.url);

describe('One data folder is never opened by two processes', () => {
  it('ends the second one with 1, naming the folder and the process that has it', async () => {
    await using folder = await temporaryFolder();
    const database = await openDatabase({ url: folder.databaseUrl, pool: 1 });
    await using second = startScript(script, [folder.databaseUrl]);
    expect(await second.ended).toBe(1);
    const data = join(folder.path, 'data');
    expect(second.errors()).toContain(`The data folder ${data} is in use by process ${process.pid}. `);
    await database.close();
    await using third = startScript(script, [folder.databaseUrl]);
    expect(await third.line()).toBe('open');
  });

  it('counts every database in the folder', async () => {
    await using folder = await temporaryFolder();
    await using first = startScript(script, [folder.databaseUrl]);
    expect(await first.line()).toBe('open');
    const other = folder.databaseUrl.replace('chat.db', 'other.db');
    await expect(openDatabase({ url: other, pool: 1 })).rejects.toThrow(`in use by process ${first.pid}.`);
  });

  it('is free the moment its owner is killed, whatever that one left behind', async () => {
    await using folder = await temporaryFolder();
    await using first = startScript(script, [folder.databaseUrl]);
    expect(await first.line()).toBe('open');
    await expect(openDatabase({ url: folder.databaseUrl, pool: 1 })).rejects.toThrow(`process ${first.pid}`);
    await first.kill();
    const owner = await readFile(join(folder.path, 'data', 'lock.pid'), 'utf8');
    expect(owner).toContain(`${first.pid} `);
    const database = await openDatabase({ url: folder.databaseUrl, pool: 1 });
    await database.close();
  });

  it('lets exactly one of several win that start together', async () => {
    await using folder = await temporaryFolder();
    await using scripts = new AsyncDisposableStack();
    const results = [1, 2, 3].map(async () => {
      const started = scripts.use(startScript(script, [folder.databaseUrl]));
      return Promise.race([started.ended, started.line().catch(() => started.ended)]);
    });
    expect((await Promise.all(results)).toSorted()).toEqual([1, 1, 'open']);
  });

  it('holds within one process too', async () => {
    await using folder = await temporaryFolder();
    const database = await openDatabase({ url: folder.databaseUrl, pool: 1 });
    const again = openDatabase({ url: folder.databaseUrl, pool: 1 });
    await expect(again).rejects.toThrow(`in use by process ${process.pid}.`);
    await expect(database.ping()).resolves.toBeUndefined();
    await database.close();
  });

  it('is made for its owner alone', async () => {
    await using folder = await temporaryFolder();
    const database = await openDatabase({ url: folder.databaseUrl, pool: 1 });
    expect((await stat(join(folder.path, 'data'))).mode & 0o777).toBe(0o700);
    await database.close();
  });
});
