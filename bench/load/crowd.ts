import { setTimeout as wait } from 'node:timers/promises';
import { Client } from './client.ts';
import { dialects } from './dialects.ts';
import { type CrowdShape, InvalidRound, type Job } from './job.ts';
import { Ledger, RoomBook, textOf } from './ledger.ts';

/** Handshakes at the same time. */
const CONNECTING = 64;
/** Who came is told for a moment after the last one did. */
const CALM_MS = 2_500;
const REFUSED = Buffer.from('"ok":false');

/** Rooms, their members and those who send, all connected. */
export class Crowd {
  readonly ledger = new Ledger();
  readonly shape: CrowdShape;
  readonly acknowledges: boolean;
  sent = 0;
  private readonly job: Job;
  private readonly clients: Client[] = [];
  private readonly writers: { client: Client; room: string }[] = [];
  private broken?: Error;

  private constructor(job: Job, shape: CrowdShape) {
    this.job = job;
    this.shape = shape;
    this.acknowledges = job.target.dialect === 'chat';
  }

  static async open(job: Job, shape: CrowdShape): Promise<Crowd> {
    const crowd = new Crowd(job, shape);
    const remembered = shape.rooms > 4 ? 1 << 13 : 1 << 16;
    const books = Array.from({ length: shape.rooms }, (_, index) => {
      return new RoomBook(roomName(index), shape.members, remembered);
    });
    const seats = books.flatMap((book) => Array.from({ length: shape.members }, () => book));
    await inParallel(seats, async (book) => {
      const client = await crowd.connect(book.name);
      client.place = { book, next: 1 };
      if (shape.senders === 0) crowd.writers.push({ client, room: book.name });
    });
    await inParallel(Array.from({ length: shape.senders }), async (_, index) => {
      crowd.writers.push({ client: await crowd.connect(null), room: roomName(index % shape.rooms) });
    });
    shuffle(crowd.writers, job.seed);
    for (const { client } of crowd.writers)
      client.onReply = (bytes, body, end) => crowd.count(bytes, body, end);
    await wait(CALM_MS);
    crowd.check();
    return crowd;
  }

  /** Deliveries that one message makes. */
  get perMessage(): number {
    return this.shape.members;
  }

  /** What everybody together must have got by now. */
  get expected(): number {
    return (this.sent - this.ledger.refused) * this.perMessage;
  }

  /** All there, and answered for. */
  get settled(): boolean {
    const { delivered, acked, refused } = this.ledger;
    return delivered === this.expected && (!this.acknowledges || acked + refused === this.sent);
  }

  /** The next one in turn says something that was due at `due`. */
  say(due: number): void {
    const number = ++this.sent;
    const { client, room } = this.writers[number % this.writers.length] as (typeof this.writers)[number];
    this.ledger.expect(number, due);
    client.send(dialects[this.job.target.dialect].message(room, textOf(number), number));
  }

  /** True where everything came in time. */
  async settle(patienceMs: number): Promise<boolean> {
    const until = performance.now() + patienceMs;
    while (!this.settled && performance.now() < until) {
      this.check();
      await wait(5);
    }
    this.check();
    return this.settled;
  }

  /** Throws what a connection found out meanwhile. */
  check(): void {
    if (this.broken) throw this.broken;
    if (this.ledger.delivered > this.expected)
      throw new InvalidRound(`${this.ledger.delivered} deliveries of ${this.expected} that were due`);
  }

  close(): void {
    for (const client of this.clients) client.close();
  }

  private async connect(room: string | null): Promise<Client> {
    const { port, dialect } = this.job.target;
    const onBroken = (error: Error) => void (this.broken ??= error);
    const client = await Client.open({
      port,
      dialect: dialects[dialect],
      room,
      ledger: this.ledger,
      onBroken,
    });
    this.clients.push(client);
    return client;
  }

  private count(bytes: Buffer, body: number, end: number): void {
    const isRefused = bytes.subarray(body, Math.min(end, body + 48)).includes(REFUSED);
    if (isRefused) this.ledger.refused++;
    else this.ledger.acked++;
  }
}

export const roomName = (index: number): string => `bench${String(index).padStart(3, '0')}`;

export async function inParallel<T>(
  items: readonly T[],
  task: (item: T, index: number) => Promise<void>,
  width = CONNECTING,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      await task(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

/** The same order for the same seed. */
function shuffle(items: unknown[], seed: number): void {
  let state = seed >>> 0 || 1;
  for (let index = items.length - 1; index > 0; index--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (index + 1));
    [items[index], items[other]] = [items[other], items[index]];
  }
}
