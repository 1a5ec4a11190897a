import type { ReplyData } from '../../src/protocol/index.js';
import type { History, Sighting } from './history.js';

const KEPT = 20;

/** One room as one client knows it: what is shown is a stretch of the log without holes. */
export class ClientRoom {
  epoch?: string;
  /** Everything up to this seq is shown; undefined before the first join. */
  position?: number;
  /** The newest seq heard of. */
  head = 0;
  joined = false;
  filling = false;
  /** Messages that were shown last, newest last. */
  recent: Sighting[] = [];
  private readonly ahead = new Map<number, Sighting>();

  constructor(
    readonly name: string,
    private readonly client: string,
    private readonly history: History,
  ) {}

  get resumeFrom(): { epoch?: string; after?: number } {
    return this.position === undefined ? {} : { epoch: this.epoch, after: this.position };
  }

  /** `after`: what was asked for; more may have been shown since. */
  enter(connection: number, { epoch, head, recovered }: ReplyData<'room.join'>, after?: number): void {
    this.history.see(this.client, {
      kind: 'joined',
      connection,
      room: this.name,
      head,
      recovered,
      ...(after !== undefined && { after }),
    });
    this.epoch = epoch;
    this.position ??= head;
    this.joined = true;
    this.hear(head);
  }

  push(connection: number, event: Sighting): void {
    this.history.see(this.client, { kind: 'push', connection, message: event });
    this.hear(event.seq);
    this.take(event);
  }

  /** Everything of the log behind what was asked for, ascending. */
  page(events: readonly Sighting[], head: number): void {
    this.hear(head);
    for (const event of events) this.take(event);
  }

  hear(head: number): void {
    this.head = Math.max(this.head, head);
  }

  get isWhole(): boolean {
    return this.joined && this.position !== undefined && this.position >= this.head;
  }

  /** Something came before its turn. */
  get isAhead(): boolean {
    return this.ahead.size > 0;
  }

  private take(sighting: Sighting): void {
    if (this.position === undefined || sighting.seq <= this.position) return;
    this.ahead.set(sighting.seq, sighting);
    for (let next = this.ahead.get(this.position + 1); next; next = this.ahead.get(this.position + 1)) {
      this.ahead.delete(next.seq);
      this.position = next.seq;
      this.history.see(this.client, { kind: 'shown', message: next });
      if (next.type === 'message.created') this.recent = [...this.recent.slice(1 - KEPT), next];
    }
  }
}
