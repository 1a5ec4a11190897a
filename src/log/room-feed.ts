import { Logger } from '@nestjs/common';
import type { User } from '../protocol/index.js';
import { EventRing, renamed } from './event.ring.js';
import type { RoomEvent } from './room-log.js';

/** How long a gap may close by itself before the log is read. */
export const HOLD_MS = 200;
const PAGE = 300;
/** More than this ahead of its place is not kept: the log has it. */
const MAX_HELD = 1_000;
/** People wait for it: a database that is back is not left alone for long. */
const RETRY_MS = { least: 200, most: 1_000 };

export interface FeedSource {
  /** Events after `seq`, ascending, at most `limit`. */
  read(after: number, limit: number): Promise<RoomEvent[]>;
  /** Called once per event, in `seq` order, without holes. Must not throw. */
  deliver(event: RoomEvent): void;
  /** Another event stands where one was delivered: the log is not the one that it came from. Nothing more is delivered. */
  contradict(): void;
}

/**
 * One room on one node: makes hints, which may come late, twice, out of order or never, into the room's one order.
 * Next → deliver; old → drop; a gap → hold, then read what is missing from the log.
 */
export class RoomFeed {
  private readonly logger = new Logger(RoomFeed.name);
  private readonly held = new Map<number, RoomEvent>();
  private readonly ring = new EventRing();
  private waiters: { seq: number; resolve: () => void }[] = [];
  /** Watches a gap. */
  private timer?: NodeJS.Timeout;
  /** A read waits for it: nothing but `close` ends it early. */
  private retryTimer?: NodeJS.Timeout;
  private timerMs = 0;
  private reading = false;
  private closed = false;
  private begun = false;
  private at = 0;
  /** Of the event at `at`: kept for good, unlike the ring. Not known where nothing is there. */
  private lastId?: string;
  private seenHead = 0;
  /** Counts what was heard, to see whether anything was during a read. */
  private heard = 0;

  /** Holds what it is offered until `begin`. */
  constructor(private readonly source: FeedSource) {}

  /**
   * `head` is the newest seq that need not be delivered any more, and `id` the event there. Called once, with a head that
   * was read **after** the room's hints began to arrive: what was stored in between is held here already.
   */
  begin(head: number, id?: string): void {
    this.begun = true;
    this.at = head;
    this.lastId = id;
    this.wake();
    for (const seq of this.held.keys()) if (seq <= head) this.held.delete(seq);
    this.passHeld();
    this.watchGap(HOLD_MS);
  }

  /** The last seq that was delivered. */
  get position(): number {
    return this.at;
  }

  /** A hint: this event is in the log. A gap before it is filled after `holdMs` at the latest. */
  offer(event: RoomEvent, holdMs = HOLD_MS): void {
    if (this.closed) return;
    if (event.seq <= this.at) return this.compareWithDelivered(event);
    this.hear(event.seq);
    if (this.begun && event.seq === this.at + 1) {
      this.pass(event);
      this.passHeld();
    } else if (this.held.size < MAX_HELD) this.held.set(event.seq, event);
    this.watchGap(holdMs);
  }

  /** The log's newest seq, as the database says it: finds a lost last message. */
  compare(head: number): void {
    if (this.closed || !this.begun || head <= this.at) return;
    this.hear(head);
    this.watchGap(0);
  }

  /** What was delivered after `seq`; `null` where that is no longer in memory. */
  since(seq: number): RoomEvent[] | null {
    return seq >= this.at ? [] : this.ring.last(this.at - seq);
  }

  /** What was delivered before `at` (ISO 8601) is left to the log: a quiet room keeps nothing in memory for ever. */
  expire(at: string): void {
    this.ring.expire(at);
  }

  /** The person is called so on everything that is kept here, too. */
  rename(user: User): void {
    this.ring.rename(user);
    for (const [seq, event] of this.held) this.held.set(seq, renamed(event, user));
  }

  /** What was delivered is no longer to be trusted: those who come back get it from the log. */
  forget(): void {
    this.ring.clear();
  }

  /** Resolves when `seq` was delivered, or the feed was closed. */
  delivered(seq: number): Promise<void> {
    if (seq <= this.at || this.closed) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ seq, resolve }));
  }

  close(): void {
    this.closed = true;
    for (const { resolve } of this.waiters.splice(0)) resolve();
    clearTimeout(this.timer);
    clearTimeout(this.retryTimer);
    this.held.clear();
    this.ring.clear();
  }

  private hear(seq: number): void {
    this.heard++;
    this.seenHead = Math.max(this.seenHead, seq);
  }

  private compareWithDelivered({ seq, id }: RoomEvent): void {
    const known = seq === this.at ? this.lastId : this.ring.find(seq)?.id;
    if (known !== undefined && known !== id) this.contradicted();
  }

  private contradicted(): void {
    this.close();
    this.source.contradict();
  }

  private pass(event: RoomEvent): void {
    this.at = event.seq;
    this.lastId = event.id;
    this.ring.add(event);
    this.source.deliver(event);
    if (this.waiters.length > 0) this.wake();
  }

  private wake(): void {
    const [reached, waiting] = [this.waiters.filter(({ seq }) => seq <= this.at), this.waiters];
    this.waiters = waiting.filter(({ seq }) => seq > this.at);
    for (const { resolve } of reached) resolve();
  }

  private passHeld(): void {
    for (let next = this.held.get(this.at + 1); next; next = this.held.get(this.at + 1)) {
      this.held.delete(next.seq);
      this.pass(next);
    }
  }

  private watchGap(delay: number): void {
    if (!this.begun) return;
    if (this.seenHead <= this.at) {
      clearTimeout(this.timer);
      this.timer = undefined;
      return;
    }
    if (this.reading || (this.timer && delay >= this.timerMs)) return;
    clearTimeout(this.timer);
    this.timerMs = delay;
    this.timer = setTimeout(() => void this.fill(), delay);
  }

  /** Single flight: hints that come meanwhile are held. */
  private async fill(): Promise<void> {
    this.timer = undefined;
    this.reading = true;
    for (let retry = RETRY_MS.least; !this.closed && this.seenHead > this.at;) {
      try {
        const [before, heard, lastId] = [this.at, this.heard, this.lastId];
        // From the last one that was delivered: where it is not there, nor is what came before it.
        const known = lastId === undefined ? 0 : 1;
        const events = await this.source.read(before - known, PAGE + known);
        if (this.closed) return;
        if (known && events[0]?.id !== lastId) return this.contradicted();
        for (const event of events) if (event.seq === this.at + 1) this.pass(event);
        for (const seq of this.held.keys()) if (seq <= this.at) this.held.delete(seq);
        this.passHeld();
        // A hint ahead of the log would be read for ever, or told when its turn comes: what is not there was never
        // acknowledged. What was heard during the read may be there since.
        if (this.at === before && this.heard === heard) {
          this.seenHead = before;
          this.held.clear();
        }
      } catch (error) {
        this.logger.warn(`cannot read a gap, trying again: ${String(error)}`);
        await new Promise((resolve) => (this.retryTimer = setTimeout(resolve, retry)));
        retry = Math.min(retry * 2, RETRY_MS.most);
      }
    }
    this.reading = false;
  }
}
