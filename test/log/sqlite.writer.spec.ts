import { join } from 'node:path';
import { expect, it } from 'vitest';
import { entryOf } from '../../src/log/rows.js';
import { SqliteWriter } from '../../src/log/sqlite.writer.js';
import { temporaryFolder } from '../support/folder.js';

const ann = { id: 'ann', name: 'Ann' };
const said = { type: 'message.created' as const, data: { text: 'hi' } };

it('A writing thread that fails as it is closed ends all the same, so that the folder is let go of', async () => {
  await using folder = await temporaryFolder();
  // Sources that run as they are have no file that a thread could start from: this one dies at once.
  const writer = new SqliteWriter(join(folder.path, 'chat.db'));
  const appending = writer.append([entryOf({ roomId: 'r', actor: ann, clientId: 'client-1', ...said })]);
  const refused = appending.catch((error: unknown) => error);
  await writer.close();
  expect(await refused).toMatchObject({ code: 'unavailable' });
});
