import { writeSync } from 'node:fs';
import { openDatabase, DatabaseOpenError } from '../../src/database/database.ts';

// Opens a database and keeps it until somebody kills this process; ends with 1 where it may not.
try {
  await openDatabase({ url: process.argv[2] ?? '', pool: 1 });
  writeSync(1, 'open\n');
  setInterval(() => undefined, 60_000);
} catch (error) {
  if (!(error instanceof DatabaseOpenError)) throw error;
  writeSync(2, `${error.message}\n`);
  process.exit(1);
}
