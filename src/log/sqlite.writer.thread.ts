import { parentPort, workerData } from 'node:worker_threads';
import { connectSqlite } from '../database/sqlite.connect.js';
import { SqliteAppender } from './sqlite.appender.js';
import type { WriterAnswer } from './sqlite.writer.js';
import { packStored, type Parcel, unpackEntries } from './sqlite.parcel.js';

// A batch comes in, what became of it goes out; `null` ends the thread.
const sqlite = connectSqlite(workerData as string, 'thread');
const appender = new SqliteAppender(sqlite, true);

parentPort?.on('message', (batch: Parcel | null) => {
  if (batch === null) {
    sqlite.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(answer(batch));
});

function answer(batch: Parcel): WriterAnswer {
  try {
    return { stored: packStored(appender.append(unpackEntries(batch))) };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    return { error: { message, ...(errcode !== undefined && { errcode }) } };
  }
}
