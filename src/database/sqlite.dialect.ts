import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type AbortableOperationOptions,
  CompiledQuery,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Driver,
  type SqliteDatabase,
} from 'kysely';
import type { Turns } from './turns.js';

/** Repeats a statement that was refused because the file is locked. */
type WhenFree = <T>(statement: () => Promise<T>) => Promise<T>;

/** Outside of a transaction, what these have done is on the disk. */
const WRITES = /^\s*(commit|insert|update|delete)\b/i;

/**
 * Kysely's SQLite dialect over `node:sqlite`. The connection is lent out by `turns`, which whoever uses it without
 * Kysely takes too: nothing can step into a transaction that is open across awaits.
 */
export class NodeSqliteDialect extends SqliteDialect {
  constructor(
    private readonly sqlite: DatabaseSync,
    private readonly turns: Turns,
    private readonly whenFree: WhenFree,
    private readonly wrote: () => void,
  ) {
    super({ database: adapt(sqlite) });
  }

  override createDriver(): Driver {
    return new NodeSqliteDriver(this.sqlite, this.turns, this.whenFree, this.wrote);
  }

  override createAdapter(): SqliteAdapter {
    return new NodeSqliteAdapter();
  }
}

class NodeSqliteAdapter extends SqliteAdapter {
  /** There is one, but the driver hands it out: Kysely's own lock would not know of users other than Kysely. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** SQLite rolls tables back like rows: a migration that is cut short leaves nothing behind. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class NodeSqliteDriver extends SqliteDriver {
  constructor(
    private readonly sqlite: DatabaseSync,
    private readonly turns: Turns,
    private readonly whenFree: WhenFree,
    private readonly wrote: () => void,
  ) {
    super({ database: adapt(sqlite) });
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    await this.turns.take();
    const connection = await super.acquireConnection();
    return {
      executeQuery: async <Row>(query: CompiledQuery, options?: AbortableOperationOptions) => {
        const result = await this.whenFree(() => connection.executeQuery<Row>(query, options));
        if (!this.sqlite.isTransaction && WRITES.test(query.sql)) this.wrote();
        return result;
      },
      streamQuery: (query, size, options) => connection.streamQuery(query, size, options),
    };
  }

  override async releaseConnection(): Promise<void> {
    this.turns.pass();
  }

  /** At once for writing: a reader that turns writer later may be refused in the middle. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** SQLite may have rolled back by itself (a full disk); the error that told so must not be replaced. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.sqlite.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** More texts than the code has; lists of many lengths each have their own. */
const MAX_PREPARED = 500;

/** What Kysely's driver asks of a database, said in the words of `node:sqlite`. */
function adapt(sqlite: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, StatementSync>();
  return {
    close: () => sqlite.close(),
    prepare(text) {
      const statement = prepared.get(text) ?? sqlite.prepare(text);
      // Kysely says the same thing again and again; preparing it costs more than running it.
      if (prepared.size < MAX_PREPARED) prepared.set(text, statement);
      const spread = (parameters: ReadonlyArray<unknown>) => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...spread(parameters)),
        iterate: (parameters) => statement.iterate(...spread(parameters)),
        run: (parameters) => statement.run(...spread(parameters)),
      };
    },
  };
}
