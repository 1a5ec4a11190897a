import type { RoomEventType } from '../../src/protocol/index.js';

/** What clients did and saw, as they recorded it themselves. With the database, all that the checker believes. */

/** `unknown` until it is acknowledged, or refused for good; what may have been stored stays `unknown`. */
export type Outcome = 'ok' | 'fail' | 'unknown';

/** One event that somebody wanted to happen, over all tries. Times are monotonic milliseconds. */
export interface Send {
  client: string;
  author: string;
  room: string;
  type: RoomEventType;
  /** A message's own; of anything else the emoji, or nothing. */
  clientId: string;
  /** The message that it changes. */
  about?: string;
  invokedAt: number;
  answeredAt?: number;
  outcome: Outcome;
  seq?: number;
  dup?: boolean;
  tries: number;
  /** The code of the last refusal. */
  refusal?: string;
}

/** An event as it is known to a client, or to the database. */
export interface Sighting {
  room: string;
  seq: number;
  type: RoomEventType;
  /** Of a message; else the message, or the person, that it is about. */
  id: string;
  author: string;
  /** Of a message; else the emoji, or nothing. */
  clientId: string;
}

/** `draft`: what it was stored under, where that is more than a client is told. */
export type Stored = Sighting & { draft?: string };

/** What happened at a client, in its order. */
export type Glimpse = { at: number } & (
  | { kind: 'joined'; connection: number; room: string; after?: number; head: number; recovered: boolean }
  | { kind: 'left'; connection: number; room: string }
  /** As the server pushed it, whatever the client makes of it. */
  | { kind: 'push'; connection: number; message: Sighting }
  | { kind: 'resync'; connection: number; room: string; head: number }
  /** Added to the end of what the person reads. */
  | { kind: 'shown'; message: Sighting }
  | { kind: 'closed'; connection: number; code: number }
  /** Back in every room, and everything that was missed is shown. */
  | { kind: 'whole'; connection: number }
);

export type Moment = Glimpse extends infer Each ? (Each extends Glimpse ? Omit<Each, 'at'> : never) : never;

export interface View {
  client: string;
  /** Meant to be connected, and in these rooms, at the end. */
  roomsAtEnd: readonly string[];
  glimpses: Glimpse[];
}

export class History {
  /** Of messages. */
  readonly sends: Send[] = [];
  /** Of what was done to them. */
  readonly changes: Send[] = [];
  readonly views = new Map<string, View>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  invoke(send: Omit<Send, 'invokedAt' | 'outcome' | 'tries'>): Send {
    const recorded: Send = { ...send, invokedAt: this.now(), outcome: 'unknown', tries: 0 };
    (send.type === 'message.created' ? this.sends : this.changes).push(recorded);
    return recorded;
  }

  answer(send: Send, answer: Pick<Send, 'outcome' | 'seq' | 'dup' | 'refusal'>): void {
    Object.assign(send, answer, { answeredAt: this.now() });
  }

  see(client: string, moment: Moment): void {
    this.viewOf(client).glimpses.push({ ...moment, at: this.now() } as Glimpse);
  }

  /** One name is one client: what two of them see under one name looks like a leak of the server's. */
  enroll(client: string): void {
    if (this.views.has(client)) throw new Error(`there are two of ${client}`);
    this.viewOf(client);
  }

  expectAtEnd(client: string, rooms: readonly string[]): void {
    this.viewOf(client).roomsAtEnd = [...rooms];
  }

  /** Of everybody. */
  get all(): readonly View[] {
    return [...this.views.values()];
  }

  private viewOf(client: string): View {
    const view = this.views.get(client) ?? { client, roomsAtEnd: [], glimpses: [] };
    this.views.set(client, view);
    return view;
  }
}
