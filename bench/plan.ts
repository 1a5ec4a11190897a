import type { CrowdShape, DialectName, Work } from './load/job.ts';

/** Who takes part, what is measured, and what ours must reach. */
export type ServerName = 'ours' | 'ws' | 'ws-once' | 'socket.io' | 'socket.io-redis' | 'nest' | 'ws-acks';
export type Store = 'sqlite' | 'postgres';

export interface ServerPlan {
  name: ServerName;
  title: string;
  dialect: DialectName;
  /** In `servers/`; ours is the build of the project. */
  script?: string;
  redis?: boolean;
}

export const servers: readonly ServerPlan[] = [
  { name: 'ours', title: 'ours', dialect: 'chat' },
  { name: 'ws', title: 'bare `ws`', dialect: 'events', script: 'ws-each.ts' },
  { name: 'ws-once', title: '`ws`, frame once', dialect: 'events', script: 'ws-once.ts' },
  { name: 'socket.io', title: 'Socket.IO, memory', dialect: 'socket.io', script: 'socket-io.ts' },
  {
    name: 'socket.io-redis',
    title: 'Socket.IO, Redis',
    dialect: 'socket.io',
    script: 'socket-io.ts',
    redis: true,
  },
  { name: 'nest', title: 'Nest `WsAdapter`', dialect: 'events', script: 'nest-ws-adapter.ts' },
];

/** Stands beside what is stored, and takes part in nothing else: how fast one can answer at all. */
export const answering: ServerPlan = {
  name: 'ws-acks',
  title: 'bare `ws` that answers and stores nothing',
  dialect: 'chat',
  script: 'ws-acks.ts',
};

export interface Row {
  name: string;
  /** Names by which `--only` selects it. */
  groups: string[];
  title: string;
  /** The value that is compared. */
  value: 'deliveries' | 'p99' | 'kilobytes' | 'handshakes' | 'stored' | 'loop';
  unit: string;
  work: Work;
  /** Only ours, on this database. */
  store?: Store;
  /** Only what answers and stores nothing. */
  answersOnly?: boolean;
  /** Members of the one room, for the curve. */
  size?: number;
  senders?: number;
  /** The server may use every core, as it would where it is installed; what else runs shares them. */
  everyCore?: boolean;
  /** Garbage is collected before memory is read. */
  collects?: boolean;
}

/** Enough connections that those who wait for an acknowledgement are never all that there are. */
const SENDERS = 256;
/** Where the search begins, in deliveries/s: every server can do this. */
const FIRST_DELIVERIES = 20_000;
const MOST_FIRST_RATE = 1_000;

/** How long each rate is tried for, and the step of the search. */
interface Search {
  seconds: number;
  precision: number;
}
const brisk: Search = { seconds: 1, precision: 1.15 };
/** Where servers are so close that it matters which of them falls behind slowly, and by a step of the search. */
const patient: Search = { seconds: 3, precision: 1.08 };
const rough: Search = { seconds: 1, precision: 1.3 };

function openLoop(crowd: CrowdShape, search: Search): Work {
  const firstRate = Math.min(FIRST_DELIVERIES / crowd.members, MOST_FIRST_RATE);
  return { kind: 'open-loop', crowd, firstRate, ...search };
}

export function rowsOf(quick: boolean): Row[] {
  const seconds = quick ? 2 : 3;
  const deliveries = { value: 'deliveries', unit: 'deliveries/s' } as const;
  const kilobytes = { value: 'kilobytes' as const, unit: 'KB', groups: ['memory'], collects: true };
  const curve = (size: number): Row => ({
    ...deliveries,
    name: `room-${size}`,
    groups: size === 1_000 ? ['fan-out', 'curve'] : ['curve'],
    title: `one room of ${size.toLocaleString('en')}, open loop`,
    size,
    work: openLoop({ rooms: 1, members: size, senders: SENDERS }, quick ? rough : brisk),
  });
  const stored = (store: Store, senders: number, everyCore = false): Row => ({
    name: `stored-${store}-${senders}${everyCore ? '-every-core' : ''}`,
    groups: ['stored', `stored-${store}`],
    title: `${store === 'sqlite' ? 'SQLite' : 'PostgreSQL'}, ${senders} ${senders === 1 ? 'sender' : 'senders'}${everyCore ? ', every core' : ''}`,
    value: 'stored',
    unit: 'messages/s',
    store,
    senders,
    everyCore,
    work: { kind: 'stored', senders, seconds },
  });
  const eventLoop = (everyCore: boolean): Row => ({
    name: `event-loop${everyCore ? '-every-core' : ''}`,
    groups: ['event-loop'],
    title: `event loop delay, p99, at 2,000 messages/s in 100 rooms of 10, SQLite${everyCore ? ', every core' : ''}`,
    value: 'loop',
    unit: 'ms',
    store: 'sqlite',
    everyCore,
    work: {
      kind: 'paced',
      crowd: { rooms: 100, members: 10, senders: 0 },
      rate: 2_000,
      seconds: quick ? 4 : 8,
      watched: true,
    },
  });
  return [
    curve(1_000),
    {
      ...deliveries,
      name: 'closed-loop',
      groups: ['closed-loop'],
      title: 'one room of 1,000, 8 messages in flight',
      work: { kind: 'closed-loop', crowd: { rooms: 1, members: 1_000, senders: 8 }, inFlight: 8, seconds },
    },
    {
      ...deliveries,
      name: 'many-rooms',
      groups: ['many-rooms'],
      title: '100 rooms of 10, all sending, open loop',
      work: openLoop({ rooms: 100, members: 10, senders: 0 }, quick ? rough : patient),
    },
    {
      name: 'latency',
      groups: ['latency'],
      title: 'p99 at 50 messages/s, 200 clients',
      value: 'p99',
      unit: 'ms',
      work: {
        kind: 'paced',
        crowd: { rooms: 1, members: 200, senders: 16 },
        rate: 50,
        seconds: quick ? 4 : 8,
      },
    },
    {
      ...kilobytes,
      name: 'idle',
      title: 'memory per idle connection, of 5,000',
      work: { kind: 'idle', connections: 5_000, rooms: 0 },
    },
    {
      ...kilobytes,
      name: 'idle-in-rooms',
      title: 'the same, each in one of 100 rooms',
      work: { kind: 'idle', connections: 5_000, rooms: 100 },
    },
    {
      name: 'handshakes',
      groups: ['handshakes'],
      title: 'handshakes, until the client may speak',
      value: 'handshakes',
      unit: 'per s',
      work: { kind: 'handshakes', concurrency: 64, seconds },
    },
    ...[10, 100, 5_000].map(curve),
    eventLoop(false),
    eventLoop(true),
    {
      name: 'answered-256',
      groups: ['stored', 'answered'],
      title: 'nothing stored: bare `ws` that answers, 256 senders',
      value: 'stored',
      unit: 'messages/s',
      answersOnly: true,
      work: { kind: 'stored', senders: 256, seconds },
    },
    ...(['sqlite', 'postgres'] as const).flatMap((store) => [
      ...[1, 16, 256].map((n) => stored(store, n)),
      stored(store, 256, true),
    ]),
  ];
}

export interface Mark {
  row: string;
  peer?: ServerName;
  /** Another row of ours, instead of a peer. */
  overRow?: string;
  least?: number;
  most?: number;
}

export const marks: readonly Mark[] = [
  { row: 'room-1000', peer: 'ws', least: 20 },
  { row: 'room-1000', peer: 'socket.io', least: 20 },
  { row: 'closed-loop', peer: 'ws', least: 4 },
  { row: 'many-rooms', peer: 'ws', least: 1.5 },
  { row: 'many-rooms', peer: 'socket.io', least: 2 },
  { row: 'latency', peer: 'ws', most: 1.5 },
  { row: 'idle', peer: 'ws', most: 1.25 },
  { row: 'handshakes', peer: 'ws', least: 0.5 },
  { row: 'room-5000', overRow: 'room-100', least: 0.6 },
  { row: 'stored-sqlite-256', least: 15_000 },
  { row: 'stored-sqlite-256-every-core', least: 15_000 },
  { row: 'stored-postgres-256', least: 15_000 },
  { row: 'stored-postgres-256-every-core', least: 15_000 },
];
