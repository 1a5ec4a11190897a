import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { ChatError } from '../protocol/chat-error.js';
import { Database, DatabaseOpenError } from './database.contract.js';
import { isDiskFault, isOutOfReach, isRepeatable } from './postgres.errors.js';
import type { Tables } from './tables.js';
import { TurnTimeout } from './turns.js';
import { unavailable } from './unavailable.js';

const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 5_000;
/** Waiting for a row is part of a statement's time; less, so that the error tells which of the two it was. */
const LOCK_TIMEOUT_MS = 4_000;
/** A process that stands still in a transaction must not keep rooms locked for the others. */
const IDLE_TRANSACTION_TIMEOUT_MS = 7_000;
/** A connection in use on which nothing moves for longer than the server lets anything take is dead. */
const SILENCE_TIMEOUT_MS = 8_000;
/** Before each repetition; together they outlast a quick restart of the server. */
const PAUSES_MS = [50, 300, 1_000];
/** Nothing is repeated that has taken longer than this: the client would be gone. */
const PATIENCE_MS = 5_000;

const LOG_EVERY_MS = 10_000;

/**
 * What is asked for is a handful of rows by their index. The server's own setting is that of a disk that has to move: with
 * it, small tables are read as a whole, and go on being so by a plan that is older than their growth.
 */
const OPTIONS = '-c random_page_cost=1.1';

const INT8 = 20;
const JSON_TEXT = 114;

/** Several connections to a server that several processes share. */
export class PostgresDatabase extends Database {
  override readonly dialect = 'postgres';
  override readonly kysely: Kysely<Tables>;
  private readonly pool: pg.Pool;
  private closing?: Promise<void>;
  private onlyReads = false;

  private constructor(
    private readonly url: string,
    /** How many at the most. */
    readonly connections: number,
  ) {
    super();
    this.pool = createPool(url, {
      max: connections,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
      options: OPTIONS,
    });
    this.kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: this.pool }) });
  }

  static async open(url: string, pool: number, patienceMs: number): Promise<PostgresDatabase> {
    const database = new PostgresDatabase(url, pool);
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        await database.ping();
        return database;
      } catch (error) {
        if (isRepeatable(error) && performance.now() < deadline) {
          await delay(250);
          continue;
        }
        await database.close();
        throw new DatabaseOpenError(`${nameOf(url)} cannot be reached: ${reasonOf(error)}`, { cause: error });
      }
    }
  }

  override async attempt<T>(work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS;
    for (const pause of PAUSES_MS) {
      try {
        return await work();
      } catch (error) {
        if (!isRepeatable(error) || performance.now() > deadline) throw this.told(error);
      }
      // Spread: those who were cut off together would otherwise come back together.
      await delay(pause * (0.5 + Math.random()));
    }
    return work().catch((error: unknown) => {
      throw this.told(error);
    });
  }

  override async withoutTimeouts<T>(work: (kysely: Kysely<Tables>) => Promise<T>): Promise<T> {
    const kysely = new Kysely<Tables>({
      dialect: new PostgresDialect({ pool: createPool(this.url, { max: 1 }) }),
    });
    try {
      return await work(kysely);
    } finally {
      await kysely.destroy();
    }
  }

  /** A statement that comes again and again: planned once per connection, where the same name has the same text. */
  async runPrepared<Row extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: unknown[],
  ): Promise<Row[]> {
    const { rows } = await this.pool.query<Row>({ name, text, values });
    return rows;
  }

  /** Sees a standby, and a server that was told to take no writes. */
  override async ping(): Promise<void> {
    const setting = sql<{ on: boolean }>`select current_setting('transaction_read_only') = 'on' as on`;
    const { rows } = await setting.execute(this.kysely);
    this.onlyReads = rows[0]?.on === true;
  }

  /** As to reading only: as of the last ping. */
  override get takesWrites(): boolean {
    return super.takesWrites && !this.onlyReads;
  }

  protected override isDiskFault(error: unknown): boolean {
    return isDiskFault(error);
  }

  override close(): Promise<void> {
    this.closing ??= this.kysely.destroy();
    return this.closing;
  }

  private told(error: unknown): unknown {
    this.failed(error);
    const closed = this.closing !== undefined && !(error instanceof ChatError);
    return closed || isOutOfReach(error) || error instanceof TurnTimeout ? unavailable(error) : error;
  }
}

function createPool(url: string, options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'nest-realtime-chat',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types: { getTypeParser },
    ...options,
  });
  // Without listeners a lost connection would end the process. One that is idle is replaced by the next that is
  // needed; one in use fails its statement, which is where the loss is dealt with.
  pool.on('error', warnNowAndThen());
  pool.on('connect', (client) => client.on('error', () => undefined));
  if (options.statement_timeout) closeSilentConnections(pool);
  return pool;
}

/** All connections are lost together, and for as long as the server is away. */
function warnNowAndThen(): (error: Error) => void {
  const logger = new Logger(PostgresDatabase.name);
  let quietUntil = 0;
  return (error) => {
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + LOG_EVERY_MS;
    logger.warn(`lost an idle connection to PostgreSQL: ${error.message}`);
  };
}

/** TCP alone takes a quarter of an hour to notice that nobody is there any more. */
function closeSilentConnections(pool: pg.Pool): void {
  const watch = (client: pg.ClientBase, timeoutMs: number) => {
    const stream = client instanceof pg.Client ? client.connection.stream : undefined;
    if (!(stream instanceof Socket)) return;
    stream.removeAllListeners('timeout');
    stream.setTimeout(timeoutMs, () => stream.destroy(new Error('Connection terminated: no answer')));
  };
  pool.on('acquire', (client) => watch(client, SILENCE_TIMEOUT_MS));
  pool.on('release', (_error, client) => watch(client, 0));
}

/** Both dialects then read alike: whole numbers as numbers (none here comes near 2^53), JSON as text. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === INT8) return Number;
  if (oid === JSON_TEXT) return String;
  return pg.types.getTypeParser(oid, format);
}

/** Without the password. */
function nameOf(url: string): string {
  if (!URL.canParse(url)) return 'PostgreSQL';
  const { host, pathname } = new URL(url);
  return `PostgreSQL at ${host}${pathname}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
