import type { Sent } from '../../src/protocol/events.js';
import type { Clock } from './clock.js';
import { follow, type OutboxStore } from './kept-outbox.js';
import { reduceOutbox, withoutStored, type Outbox, type OutboxEvent, type Outgoing } from './outbox.js';
import type { RoomState } from './room-state.js';
import { Sender } from './sender.js';

export interface RoomOutboxOptions {
  clock: Clock;
  store: OutboxStore;
  newClientId(): string;
  /** Whether there is a room to send to. */
  ready(): boolean;
  send(entry: Outgoing): Promise<Sent>;
  /** `entries` are others; what the room shows of them is to be left out by `settle`. */
  onChange(): void;
}

/** What one wrote on this page, or on an earlier one, that the room does not show yet. */
export class RoomOutbox {
  entries: Outbox = [];
  private readonly sender: Sender;
  private closed = false;

  constructor(private readonly options: RoomOutboxOptions) {
    this.sender = new Sender({
      clock: options.clock,
      outbox: () => this.entries,
      ready: options.ready,
      send: options.send,
      onEvent: (event) => this.change(event),
    });
  }

  start(): void {
    this.options.store.load().then(
      (entries) => {
        if (this.closed) return;
        this.change({ type: 'restore', entries });
        this.flush();
      },
      // Without a store there is nothing to restore.
      () => {},
    );
  }

  close(): void {
    this.closed = true;
    this.sender.stop();
  }

  add(text: string, clientId = this.options.newClientId()): void {
    const { clock } = this.options;
    this.change({ type: 'add', clientId, text, at: new Date(clock.now()).toISOString() });
    this.flush();
  }

  retry(clientId: string): void {
    this.change({ type: 'retry', clientId });
    this.flush();
  }

  discard(clientId: string): void {
    this.change({ type: 'discard', clientId });
  }

  /** Nothing will be sent any more, for this reason. */
  fail(problem: string): void {
    this.change({ type: 'all-failed', problem });
  }

  flush(): void {
    this.sender.flush();
  }

  /** What `room` does not show by itself. */
  settle({ me, position, messages }: RoomState): Outbox {
    return this.replace(withoutStored(this.entries, me.id, position, messages));
  }

  private change(event: OutboxEvent): void {
    this.replace(reduceOutbox(this.entries, event));
    this.options.onChange();
  }

  private replace(next: Outbox): Outbox {
    follow(this.options.store, this.entries, next);
    return (this.entries = next);
  }
}
