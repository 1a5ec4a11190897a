/** What clients did and saw, as they recorded it themselves. With the database, all that the checker believes. */

/** `unknown` until it is acknowledged, or refused for good; what may have been stored stays `unknown`. */
export type Outcome = 'ok' | 'fail' | 'unknown';

/** One message that somebody wanted to say, over all tries. Times are monotonic milliseconds. */
export interface Send {
  client: string;
  author: string;
  room: string;
  clientId: string;
  invokedAt: number;
  answeredAt?: number;
  outcome: Outcome;
  seq?: number;
  dup?: boolean;
  tries: number;
  /** The code of the last refusal. */
  refusal?: string;
}

/** A message as it is known to a client, or to the database. */
export interface Sighting {
  room: string;
  seq: number;
  id: string;
  author: string;
  clientId: string;
}

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
  readonly sends: Send[] = [];
  readonly views = new Map<string, View>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  invoke(send: Pick<Send, 'client' | 'author' | 'room' | 'clientId'>): Send {
    const recorded: Send = { ...send, invokedAt: this.now(), outcome: 'unknown', tries: 0 };
    this.sends.push(recorded);
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

  private viewOf(client: string): View {
    const view = this.views.get(client) ?? { client, roomsAtEnd: [], glimpses: [] };
    this.views.set(client, view);
    return view;
  }
}
