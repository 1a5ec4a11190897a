import { Histogram } from './histogram.ts';
import { InvalidRound } from './job.ts';

/** Messages whose due time is kept; more than any server may be behind before a trial is given up. */
const NUMBERS = 1 << 18;
const [COLON, Q, NINE, ZERO] = [58, 113, 57, 48];
const SEQ = '"seq":';
const TEXT = '"text":"';

/** One room as its members should see it. */
export class RoomBook {
  readonly name: string;
  readonly members: number;
  /** The newest seq that anybody got. */
  head = 0;
  readonly due: Float64Array;
  readonly seen: Uint32Array;
  /** Where the digits of seq were found last, from the start of the payload. */
  seqAt = SEQ.length;

  constructor(name: string, members: number, remembered: number) {
    this.name = name;
    this.members = members;
    this.due = new Float64Array(remembered);
    this.seen = new Uint32Array(remembered);
  }
}

/** A member's place in its room: every seq must be the next one. */
export interface Place {
  book: RoomBook;
  next: number;
}

/** Counts and checks every delivery. Whatever is lost, doubled or out of order ends the round. */
export class Ledger {
  /** When the bytes that are being walked came in. */
  now = 0;
  delivered = 0;
  /** Acknowledged and refused by servers that answer. */
  acked = 0;
  refused = 0;
  readonly latency = new Histogram();
  onComplete?: () => void;
  private readonly dueByNumber = new Float64Array(NUMBERS);

  /** When the message was to be sent, whether or not the generator was in time. */
  expect(number: number, due: number): void {
    this.dueByNumber[number % NUMBERS] = due;
  }

  deliver(place: Place, bytes: Buffer, body: number, end: number): void {
    const { book } = place;
    const seq = seqOf(book, bytes, body, end);
    if (seq !== place.next) throw outOfPlace(place, seq);
    place.next = seq + 1;
    const slot = seq % book.due.length;
    if (seq > book.head) {
      book.head = seq;
      book.due[slot] = this.dueByNumber[numberOf(bytes, body, end) % NUMBERS] as number;
      book.seen[slot] = 0;
    }
    this.delivered++;
    this.latency.add(this.now - (book.due[slot] as number));
    const seen = (book.seen[slot] as number) + 1;
    book.seen[slot] = seen;
    if (seen === book.members) this.onComplete?.();
  }
}

function outOfPlace({ book, next }: Place, seq: number): InvalidRound {
  const what = seq > next ? `lost ${seq - next} message(s)` : 'got a message twice or out of order';
  return new InvalidRound(`a member of ${book.name} ${what}: expected seq ${next}, got ${seq}`);
}

/** Looks where it was last time, and searches only where it is not there. */
export function seqOf(at: { seqAt: number }, bytes: Buffer, body: number, end: number): number {
  let digit = body + at.seqAt;
  if (bytes[digit - 1] !== COLON || bytes[digit - 3] !== Q) {
    const found = bytes.indexOf(SEQ, body);
    if (found < 0 || found >= end) throw new InvalidRound('a message without seq');
    at.seqAt = found + SEQ.length - body;
    digit = body + at.seqAt;
  }
  let seq = 0;
  for (let byte = bytes[digit] as number; byte >= ZERO && byte <= NINE; byte = bytes[++digit] as number)
    seq = seq * 10 + byte - ZERO;
  return seq;
}

/** The eight digits that every text begins with. */
function numberOf(bytes: Buffer, body: number, end: number): number {
  const found = bytes.indexOf(TEXT, body);
  if (found < 0 || found >= end) throw new InvalidRound('a message without text');
  return Number(bytes.toString('latin1', found + TEXT.length, found + TEXT.length + 8));
}

export function textOf(number: number): string {
  return `${String(number % 100_000_000).padStart(8, '0')} hello there`;
}
