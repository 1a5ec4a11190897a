import type { Sent, User } from '../../src/protocol/events.js';
import type { Clock } from './clock.js';
import { OutboxKeeper, type OutboxStore } from './kept-outbox.js';
import { reduceOutbox, withoutStored, type Outbox, type OutboxEvent, type Outgoing } from './outbox.js';
import type { RoomState } from './room-state.js';
import { Sender } from './sender.js';

/** A database that does not open holds up for no longer than this what is written now. */
const RESTORE_MS = 3_000;

export interface RoomOutboxOptions {
  clock: Clock;
  store: OutboxStore;
  newClientId(): string;
  me(): User;
  /** Whether there is a room to send to. */
  ready(): boolean;
  /** Why there will be none any more, for people; `null` where there may be. */
  ended(): string | null;
  send(entry: Outgoing): Promise<Sent>;
  /** `entries` are others; what the room shows of them is to be left out by `settle`. */
  onChange(): void;
  /** The browser has taken something that it had not kept before. */
  onKept(): void;
}

/** What one wrote on this page, or on an earlier one, that the room does not show yet. */
export class RoomOutbox {
  entries: Outbox = [];
  private readonly sender: Sender;
  private readonly keeper: OutboxKeeper;
  /** Written before the server said who one is here: it has not left yet. `null` once it did. */
  private early: Set<string> | null = new Set();
  /** Whose kept sends are being looked for: they were written before what is written now. */
  private restoring: string | null = null;
  private cancelLimit: () => void = () => {};
  private closed = false;

  constructor(private readonly options: RoomOutboxOptions) {
    this.keeper = new OutboxKeeper(options.store, options.onKept);
    this.sender = new Sender({
      clock: options.clock,
      outbox: () => this.entries,
      ready: () => options.ready() && this.restoring === null,
      send: options.send,
      onEvent: (event) => this.change(event),
    });
  }

  /** Whether the next page will have what is not sent: the browser keeps it, and for whom one is now. */
  get outlivesPage(): boolean {
    const me = this.options.me().id;
    return this.entries.every(
      (entry) => entry.status === 'sent' || (entry.author === me && this.keeper.holds(entry)),
    );
  }

  start(): void {
    void this.restore(this.options.me());
  }

  close(): void {
    this.closed = true;
    this.cancelLimit();
    this.sender.stop();
  }

  /**
   * Before anything is sent: whom the server knows one as. What was written as somebody else may be stored as theirs
   * already, and others would read it under a name that its author did not have: the author is asked. Only what a guest
   * wrote before there was any connection goes on as the guest that the connection has made of them.
   */
  become(user: User): void {
    const was = this.options.me();
    const clientIds = this.early;
    this.early = null;
    if (user.id === was.id) return;
    if (clientIds && was.guest && user.guest) this.change({ type: 'adopt', clientIds, author: user.id });
    this.change({ type: 'disowned', author: was });
    void this.restore(user);
  }

  /** `given`: the clientId under which the server was told of it before, and may have stored it. */
  add(text: string, given?: string): void {
    const { clock, newClientId, me } = this.options;
    const clientId = given ?? newClientId();
    if (given === undefined) this.early?.add(clientId);
    const at = new Date(clock.now()).toISOString();
    this.change({ type: 'add', clientId, author: me().id, text, at });
    this.flush();
  }

  retry(clientId: string): void {
    const { newClientId, me } = this.options;
    this.change({ type: 'retry', clientId, author: me().id, newClientId: newClientId() });
    this.flush();
  }

  discard(clientId: string): void {
    this.change({ type: 'discard', clientId });
  }

  /** Sends what waits, or says that nothing will be sent any more. */
  flush(): void {
    if (this.closed) return;
    const problem = this.options.ended();
    if (problem !== null) this.change({ type: 'all-failed', problem });
    else this.sender.flush();
  }

  /** The pause that the server asked for may be over before its time. */
  hurry(): void {
    this.sender.stop();
    this.flush();
  }

  /** What `room` does not show by itself. */
  settle({ position, messages }: RoomState): Outbox {
    return this.replace(withoutStored(this.entries, position, messages));
  }

  private async restore(author: User): Promise<void> {
    const { clock, store, me } = this.options;
    this.restoring = author.id;
    this.cancelLimit();
    this.cancelLimit = clock.after(RESTORE_MS, () => this.restored(author));
    // Without a store there is nothing to restore.
    const entries = await store.load(author.id).catch(() => []);
    if (this.closed) return;
    this.keeper.found(entries);
    this.change({ type: 'restore', entries });
    if (author.id !== me().id) this.change({ type: 'disowned', author });
    this.restored(author);
  }

  private restored(author: User): void {
    if (author.id === this.restoring) {
      this.cancelLimit();
      this.restoring = null;
    }
    this.flush();
  }

  private change(event: OutboxEvent): void {
    this.replace(reduceOutbox(this.entries, event));
    this.options.onChange();
  }

  private replace(next: Outbox): Outbox {
    this.keeper.follow(next);
    return (this.entries = next);
  }
}
