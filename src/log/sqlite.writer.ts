import { Worker } from 'node:worker_threads';
import { unavailable } from '../database/unavailable.js';
import type { Stored } from './sqlite.appender.js';
import type { Entry } from './rows.js';
import { packEntries, type Parcel, unpackStored } from './sqlite.parcel.js';

/** What the thread answers: what became of each entry, or the error that it all failed with. */
export type WriterAnswer = { stored: Parcel } | { error: { message: string; errcode?: number } };

interface Pending {
  resolve: (stored: (Stored | null)[]) => void;
  reject: (error: Error) => void;
}

/** The thread that appends to one file. One batch at a time; a thread that dies is replaced for the next one. */
export class SqliteWriter {
  /** Sources that run as they are have no file that a thread could start from. */
  static readonly isBuilt = import.meta.filename.endsWith('.js');
  private worker?: Worker;
  private pending?: Pending;
  private closing = false;

  /** The thread starts with it, so that nobody's first message waits for that. The file has its tables already. */
  constructor(private readonly file: string) {
    this.worker = this.start();
  }

  /** Rejects with SQLite's error, or with `unavailable` where the thread ended: then it may be stored or not. */
  append(entries: Entry[]): Promise<(Stored | null)[]> {
    if (this.closing) return Promise.reject(unavailable(new Error('the database is closed')));
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
      this.worker ??= this.start();
      this.worker.postMessage(packEntries(entries));
    });
  }

  /** Waits for what is under way. Never rejects: a thread that fails has ended, too. */
  async close(): Promise<void> {
    this.closing = true;
    const { worker } = this;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage(null);
    await ended;
  }

  private start(): Worker {
    const worker = new Worker(new URL('./sqlite.writer.thread.js', import.meta.url), {
      workerData: this.file,
    });
    worker.on('message', (answer: WriterAnswer) => {
      const pending = this.take();
      if ('stored' in answer) pending?.resolve(unpackStored(answer.stored));
      else pending?.reject(Object.assign(new Error(answer.error.message), { errcode: answer.error.errcode }));
    });
    worker.on('error', (error) => this.take()?.reject(unavailable(error)));
    worker.on('exit', () => {
      if (this.worker === worker) this.worker = undefined;
      this.take()?.reject(unavailable(new Error('the writing thread ended')));
    });
    // The server's sockets keep the process; this thread alone does not.
    worker.unref();
    return worker;
  }

  private take(): Pending | undefined {
    const { pending } = this;
    this.pending = undefined;
    return pending;
  }
}
