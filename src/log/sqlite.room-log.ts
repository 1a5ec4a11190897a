import type { SqliteDatabase } from '../database/sqlite.database.js';
import { ChatError } from '../protocol/chat-error.js';
import { later, type Outcome } from './group-commit.js';
import { RightsChanged } from './rights-changed.js';
import type { Appended } from './room-log.js';
import { type Entry, storedEvent } from './rows.js';
import { SqlRoomLog } from './sql.room-log.js';
import { SqliteAppender, type Stored } from './sqlite.appender.js';
import { SqliteWriter } from './sqlite.writer.js';
import { TooSoon } from './too-soon.js';

/**
 * Appends in a thread of its own, where the database is a file: a commit waits for the disk, and the event loop must
 * not. In memory there is nothing to wait for, and no second connection either.
 */
export class SqliteRoomLog extends SqlRoomLog {
  private readonly writer?: SqliteWriter;
  private appender?: SqliteAppender;

  constructor(protected override readonly database: SqliteDatabase) {
    super();
    if (database.file === undefined || !SqliteWriter.isBuilt) return;
    const writer = new SqliteWriter(database.file);
    database.beforeClose(() => writer.close());
    this.writer = writer;
  }

  protected override async commit(entries: Entry[]): Promise<Outcome<Appended>[]> {
    const { writer } = this;
    const stored = await (writer
      ? this.database.writing.run(() => this.watched(writer.append(entries)))
      : this.watched(this.appendHere(entries)));
    return entries.map((entry, index) => this.outcomeOf(entry, stored[index] ?? null));
  }

  private async watched(appending: Promise<(Stored | null)[]>): Promise<(Stored | null)[]> {
    try {
      const stored = await appending;
      this.database.wrote();
      return stored;
    } catch (error) {
      this.database.failed(error);
      throw error;
    }
  }

  private appendHere(entries: Entry[]): Promise<(Stored | null)[]> {
    return this.database.exclusive((sqlite) => {
      this.appender ??= new SqliteAppender(sqlite, false);
      return this.appender.append(entries);
    });
  }

  private outcomeOf(entry: Entry, stored: Stored | null): Outcome<Appended> {
    if (stored === null) return { refused: new ChatError('not_found', 'there is no such room or message') };
    if ('stale' in stored) return { refused: new RightsChanged() };
    if ('sinceLast' in stored) return { refused: new TooSoon(entry.draft.pauseMs ?? 0, stored.sinceLast) };
    if ('before' in stored) return later(this.repeated(entry.draft.roomId, stored.before));
    return { result: { event: storedEvent(entry, stored), dup: false } };
  }

  private async repeated(roomId: string, seq: number): Promise<Appended> {
    const [event] = await this.range(roomId, { after: seq - 1, limit: 1 });
    if (event === undefined) throw new Error('an event that was stored is gone');
    return { event, dup: true };
  }
}
