import { parentPort, workerData } from 'node:worker_threads';
import { connectSqlite } from '../database/sqlite.connect.js';
import { SqliteAppender } from './sqlite.appender.js';
import type { WriterAnswer } from './sqlite.writer.js';
import type { Entry } from './rows.js';

// A batch comes in, what became of it goes out; `null` ends the thread.
const sqlite = connectSqlite(workerData as string, 'thread');
const appender = new SqliteAppender(sqlite);

parentPort?.on('message', (entries: Entry[] | null) => {
  if (entries === null) {
    sqlite.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(answer(entries));
});

function answer(entries: Entry[]): WriterAnswer {
  try {
    return { stored: appender.append(entries) };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    return { error: { message, ...(errcode !== undefined && { errcode }) } };
  }
}
