import { RoomFeed } from '../../src/log/room-feed.js';
import type { RoomEvent } from '../../src/log/room-log.js';

/** Longer than any hold and any retry. */
export const LONG_MS = 60_000;

export function eventOf(seq: number): RoomEvent {
  const said = { id: `id-${seq}`, clientId: `client-${seq}`, data: { text: `${seq}` } };
  const actor = { id: 'ann', name: 'Ann' };
  return { roomId: 'r', seq, type: 'message.created', actor, at: '2026-01-01T00:00:00.000Z', ...said };
}

/** A log that answers after `latencyMs`, and what a feed on it delivers. */
export class House {
  readonly log: RoomEvent[] = [];
  readonly delivered: number[] = [];
  reads = 0;
  atOnce = 0;
  mostAtOnce = 0;
  failures = 0;
  latencyMs = 5;
  /** What a read finds is what was there then. */
  readsAsOf: 'its beginning' | 'its end' = 'its end';
  readonly feed = new RoomFeed({
    read: (after, limit) => this.read(after, limit),
    deliver: ({ seq }) => void this.delivered.push(seq),
    contradict: () => void this.contradictions++,
  });
  contradictions = 0;

  store(count: number): this {
    for (let n = 0; n < count; n++) this.log.push(eventOf(this.log.length + 1));
    return this;
  }

  offer(...seqs: number[]): this {
    for (const seq of seqs) this.feed.offer(eventOf(seq));
    return this;
  }

  private async read(after: number, limit: number): Promise<RoomEvent[]> {
    this.reads++;
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    const first = this.log.slice(after, after + limit);
    await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    this.atOnce--;
    if (this.failures > 0) {
      this.failures--;
      throw new Error('the database is away');
    }
    return this.readsAsOf === 'its beginning' ? first : this.log.slice(after, after + limit);
  }
}

export const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, n) => first + n);
