import { DatabaseSync } from 'node:sqlite';
import { temporaryFolder } from '../support/folder.js';
import { startPostgres, type TestPostgres } from '../support/postgres.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { ChatNode } from './chat-node.js';
import type { RoomEventType } from '../../src/protocol/index.js';
import type { Stored } from './history.js';
import { sightingOf } from './sighting.js';
import { ChaosProxy } from './proxy.js';
import type { Stage } from './stage.js';

export interface Setup {
  nodes: number;
  database: 'sqlite' | 'postgres';
  /** One that this fault may break. Otherwise PostgreSQL is shared with other faults. */
  ownPostgres?: boolean;
  postgresSettings?: readonly string[];
  /** False: one node alone, in memory. */
  redis?: boolean;
  redisArgs?: string[];
  /** Redis is not there when the nodes start. */
  redisLate?: boolean;
  env?: Record<string, string>;
  /** Open files of each node. */
  files?: number;
  /** Node's own flags, of each node. */
  flags?: readonly string[];
  /** What is different at each node, the first is 0. */
  envOf?: (index: number) => Record<string, string>;
  /** Another build, at this node. */
  entryOf?: (index: number) => string | undefined;
}

const SECRET = 'a secret that outlives every process here, of fifty';
const EVENTS =
  'select room.name as room, event.seq, event.type, event.id, event.actor_id as author, event.client_id as draft, ' +
  'subject.id as about, event.data ' +
  'from event join room on room.id = event.room_id ' +
  'left join event as subject on subject.room_id = event.room_id and subject.seq = event.about';
const HEADS = 'select id, name, head from room';

interface EventRow {
  room: string;
  seq: number | string;
  type: RoomEventType;
  id: string;
  author: string;
  draft: string;
  about: string | null;
  /** JSON, parsed already or not. */
  data: string | { emoji?: string; member?: { id: string } } | null;
}

/** `event`: its own id, which clients are told of messages alone. */
export type WholeEvent = Stored & { event: string };

interface RoomRow {
  id: string;
  name: string;
  head: number;
}

/** Nodes, their database and their Redis, with a bad network in front of each; all of it real. */
export class World implements AsyncDisposable {
  readonly nodes: ChatNode[] = [];
  /** Between people and each node. */
  readonly doors: ChaosProxy[] = [];
  /** Between each node and Redis. */
  readonly redisWires: ChaosProxy[] = [];
  /** Between all nodes and PostgreSQL. */
  databaseWire?: ChaosProxy;
  redis?: TestRedis;
  postgres?: TestPostgres;
  private readonly stack = new AsyncDisposableStack();
  private databaseUrl = '';
  private env: Record<string, string> = {};

  private constructor(
    readonly stage: Stage,
    readonly setup: Setup,
  ) {}

  static async build(stage: Stage, setup: Setup): Promise<World> {
    const world = new World(stage, setup);
    try {
      await world.open();
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
    return world;
  }

  /**
   * Where people are led, `home` first: as by a balancer that knows who is ready. Where nobody is, it tries all the
   * same.
   */
  addresses(home: number): string[] {
    const all = this.doors.map(({ port }, index) => ({
      url: `http://127.0.0.1:${port}`,
      node: this.node(index),
    }));
    const ordered = [...all.slice(home), ...all.slice(0, home)];
    const ready = ordered.filter(({ node }) => node.serving);
    return (ready.length > 0 ? ready : ordered).map(({ url }) => url);
  }

  /** The database itself, past every bad network. */
  get databaseAddress(): string {
    return this.databaseUrl;
  }

  /** A further node on the same database and Redis; not started. */
  async addNode(): Promise<ChatNode> {
    const index = this.nodes.length;
    const env = { ...this.env };
    if (this.redis) {
      const wire = this.stack.use(await ChaosProxy.start(this.redis.port));
      this.redisWires.push(wire);
      env.REDIS_URL = `redis://127.0.0.1:${wire.port}`;
    }
    const { files, flags, envOf, entryOf } = this.setup;
    const node = await ChatNode.create(`node ${'ABCDEFGH'[index]}`, {
      entry: entryOf?.(index) ?? this.stage.edition.entry,
      env: { ...env, ...envOf?.(index) },
      ...(files && { files }),
      ...(flags && { flags }),
    });
    this.nodes.push(this.stack.use(node));
    this.doors.push(this.stack.use(await ChaosProxy.start(node.port)));
    return node;
  }

  node(index: number): ChatNode {
    const node = this.nodes[index];
    if (!node) throw new Error(`there is no node ${index}`);
    return node;
  }

  async rooms(): Promise<RoomRow[]> {
    return (await this.select<RoomRow>(HEADS)).map((row) => ({ ...row, head: Number(row.head) }));
  }

  /** Every event of every room, as the database has it, whoever runs. */
  async stored(): Promise<WholeEvent[]> {
    return (await this.select<EventRow>(EVENTS)).map(wholeEventOf);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.disposeAsync();
  }

  private async open(): Promise<void> {
    const { nodes, database, redis = nodes > 1, redisArgs, redisLate, env } = this.setup;
    if (redis) this.redis = this.stack.use(await startRedis(redisArgs ? { args: redisArgs } : {}));
    if (redisLate) await this.redis?.stop();
    const url = database === 'sqlite' ? await this.openSqlite() : await this.openPostgres();
    this.env = { DATABASE_URL: url, AUTH_SECRET: SECRET, RATE_LIMIT: 'off', LOG_LEVEL: 'warn', ...env };
    for (let index = 0; index < nodes; index++) await (await this.addNode()).start();
  }

  private async openSqlite(): Promise<string> {
    const folder = this.stack.use(await temporaryFolder());
    this.databaseUrl = folder.databaseUrl;
    return this.databaseUrl;
  }

  private async openPostgres(): Promise<string> {
    const { ownPostgres, postgresSettings } = this.setup;
    const postgres = ownPostgres
      ? this.stack.use(await startPostgres([...(postgresSettings ?? [])]))
      : await this.stage.sharedPostgres();
    this.postgres = postgres;
    this.databaseUrl = await postgres.createDatabase();
    this.databaseWire = this.stack.use(await ChaosProxy.start(postgres.port));
    return this.databaseUrl.replace(`:${postgres.port}/`, `:${this.databaseWire.port}/`);
  }

  private async select<Row>(text: string): Promise<Row[]> {
    if (this.setup.database === 'postgres') return (await query(this.databaseUrl, text)) as Row[];
    const sqlite = new DatabaseSync(this.databaseUrl.replace('sqlite:', ''), { readOnly: true });
    try {
      return sqlite.prepare(text).all() as Row[];
    } finally {
      sqlite.close();
    }
  }
}

function wholeEventOf({ room, seq, type, id, author, draft, about, data }: EventRow): WholeEvent {
  const { emoji, member } = (typeof data === 'string' ? JSON.parse(data) : data) ?? {};
  const isMessage = type === 'message.created';
  const told = isMessage ? { id, clientId: draft } : { ...(about !== null && { id: about }), member, emoji };
  return { ...sightingOf(type, { room, seq: Number(seq), user: { id: author }, ...told }), draft, event: id };
}

async function query(url: string, text: string): Promise<unknown[]> {
  const { default: pg } = await import('pg');
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}
