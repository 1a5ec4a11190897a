import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SqliteDatabase } from '../database/sqlite.database.js';
import { ChatError } from '../protocol/chat-error.js';
import type { Outcome } from './group-commit.js';
import type { Appended, MessageDraft } from './room-log.js';
import { eventOf, guestFlag, recordOf, type EventRecord, type PersonColumns } from './rows.js';
import { SqlRoomLog } from './sql.room-log.js';

type StoredEvent = EventRecord & PersonColumns & { seq: number };

/** Appends in one uninterrupted step on the connection that everything in this process shares. */
export class SqliteRoomLog extends SqlRoomLog {
  private statements?: Statements;

  constructor(protected override readonly database: SqliteDatabase) {
    super();
  }

  protected override commit(drafts: MessageDraft[]): Promise<Outcome<Appended>[]> {
    return this.database.exclusive((sqlite) => {
      this.statements ??= new Statements(sqlite);
      sqlite.exec('begin immediate');
      const outcomes = this.statements.storeAll(drafts);
      sqlite.exec('commit');
      return outcomes;
    });
  }
}

/** Prepared once; to be run inside a transaction. */
class Statements {
  private readonly first: StatementSync;
  private readonly advance: StatementSync;
  private readonly event: StatementSync;
  private readonly message: StatementSync;
  private readonly newPerson: StatementSync;
  private readonly person: StatementSync;

  constructor(sqlite: DatabaseSync) {
    this.first = sqlite.prepare(
      'select event.*, name, guest from event left join person on person.id = actor_id ' +
        'where room_id = ? and actor_id = ? and client_id = ?',
    );
    // Clocks go back; a room does not become older by that.
    this.advance = sqlite.prepare(
      'update room set head = head + 1, last_at = max(last_at, ?) where id = ? returning head',
    );
    this.event = sqlite.prepare(
      'insert into event (room_id, seq, type, id, actor_id, client_id, data, at) values (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.message = sqlite.prepare(
      'insert into message (room_id, seq, id, actor_id, text, reply_to, at) values (?, ?, ?, ?, ?, ?, ?)',
    );
    this.newPerson = sqlite.prepare(
      'insert into person (id, name, guest) values (?, ?, ?) on conflict (id) do nothing',
    );
    this.person = sqlite.prepare('select name, guest from person where id = ?');
  }

  storeAll(drafts: MessageDraft[]): Outcome<Appended>[] {
    return drafts.map((draft) => this.store(draft));
  }

  private store(draft: MessageDraft): Outcome<Appended> {
    const { roomId, actor, clientId } = draft;
    const first = this.first.get(roomId, actor.id, clientId) as StoredEvent | undefined;
    if (first !== undefined) return { result: { event: eventOf(first), dup: true } };

    const record = recordOf(draft);
    const { type, id, data, at } = record;
    const room = this.advance.get(at, roomId) as { head: number } | undefined;
    if (room === undefined) return { refused: new ChatError('not_found', 'there is no such room') };
    const seq = room.head;
    this.event.run(roomId, seq, type, id, actor.id, clientId, data, at);
    this.message.run(roomId, seq, id, actor.id, draft.text, draft.replyTo ?? null, at);
    this.newPerson.run(actor.id, actor.name, guestFlag(actor));
    const person = this.person.get(actor.id) as unknown as PersonColumns;
    return { result: { event: eventOf({ ...record, seq, ...person }), dup: false } };
  }
}
