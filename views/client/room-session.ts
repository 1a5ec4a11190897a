import { CloseCode } from '../../src/protocol/codes.js';
import type { PushData, PushName, User } from '../../src/protocol/events.js';
import { KeptConnection, type Connection } from './connection.js';
import { HoleFiller } from './hole-filler.js';
import { MessageActions } from './message-actions.js';
import { RoomOutbox } from './room-outbox.js';
import { initialView, type RoomSessionOptions, type RoomView } from './room-view.js';
import type { RoomPush } from './room-events.js';
import { isSignedOut, REMOVED, shutOut } from './shut-out.js';
import { hasGap, reduceRoom, type RoomEvent, type RoomState } from './room-state.js';

const OLDER_PAGE = 50;
const TYPING_EVERY_MS = 3_000;

/** One room, live: what the page shows, and what a person can do. Knows nothing of how it is drawn. */
export class RoomSession {
  view: RoomView;
  private readonly listeners = new Set<() => void>();
  readonly actions: MessageActions;
  private readonly connection: KeptConnection;
  private readonly outbox: RoomOutbox;
  private readonly holes: HoleFiller;
  private joined = false;
  private closed = false;
  private lastTyping = -Infinity;
  private cancelTick: () => void = () => {};

  constructor(private readonly options: RoomSessionOptions) {
    const { url, WebSocket, clock } = options;
    this.view = initialView(options.start);
    this.connection = new KeptConnection({
      url,
      WebSocket,
      clock,
      random: options.random,
      isSignedOut: () => isSignedOut(options.fetchEvents, this.view.room.position),
      onPush: (event, data) => this.receive(event, data),
      onChange: (connection) => this.connectionChanged(connection),
    });
    this.actions = new MessageActions(this.view.room.room, this.connection);
    this.outbox = new RoomOutbox({
      clock,
      store: options.outboxStore,
      newClientId: options.newClientId,
      me: () => this.view.room.me,
      ready: () => this.joined,
      ended: () => this.ended,
      send: ({ text, clientId }) =>
        this.connection.request('message.send', { room: this.view.room.room, text, clientId }),
      onChange: () => this.show(this.view.room),
      onKept: () => this.reloadIfOutdated(),
    });
    this.holes = new HoleFiller({
      clock,
      room: () => this.view.room,
      fetchEvents: options.fetchEvents,
      wanted: () => !this.closed && this.view.connection.status !== 'stopped',
      onEvent: (event) => this.change(event),
      onReload: () => this.reload(),
    });
  }

  start(): void {
    this.connection.start();
    this.outbox.start();
  }

  close(): void {
    this.closed = true;
    this.cancelTick();
    this.holes.close();
    this.outbox.close();
    this.connection.stop();
    this.listeners.clear();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  send(text: string, clientId?: string): void {
    this.outbox.add(text, clientId);
    this.lastTyping = -Infinity;
  }

  retry(clientId: string): void {
    this.tryNow();
    this.outbox.retry(clientId);
  }

  /** False: leaving the page would lose what one wrote. */
  get mayLeave(): boolean {
    return this.outbox.outlivesPage;
  }

  discard(clientId: string): void {
    this.outbox.discard(clientId);
  }

  tryNow(): void {
    this.connection.tryNow();
  }

  wake(): void {
    this.connection.wake();
  }

  /** Tells the others; as often as one likes, it is sent once in three seconds. */
  typing(): void {
    const now = this.options.clock.now();
    if (!this.joined || now - this.lastTyping < TYPING_EVERY_MS) return;
    this.lastTyping = now;
    // Nobody misses a typing line that was not shown.
    this.connection.request('typing', { room: this.view.room.room }).catch(() => {});
  }

  renamed(user: User): void {
    this.change({ type: 'me', user });
  }

  async loadOlder(): Promise<void> {
    const { room, older } = this.view;
    if (older === 'loading' || !room.more) return;
    const before = room.messages[0]?.seq ?? room.position + 1;
    this.set({ older: 'loading' });
    try {
      const page = await this.options.fetchHistory({ before, limit: OLDER_PAGE });
      if (page.epoch !== room.epoch) return this.reload();
      this.set({ older: 'idle', room: reduceRoom(this.view.room, { type: 'older', before, page }) });
    } catch {
      this.set({ older: 'failed' });
    }
  }

  /** Lets go of messages before this seq. */
  forget(before: number): void {
    this.change({ type: 'forget', before });
  }

  private receive(event: PushName, data: PushData<PushName>): void {
    const now = this.options.clock.now();
    if (event === 'welcome') void this.join();
    else if (event === 'service') this.set(data as PushData<'service'>);
    else if (event === 'ping') {
      const head = (data as PushData<'ping'>).heads[this.view.room.room];
      if (head !== undefined && this.joined) this.change({ type: 'heard-of', head });
    } else if ((data as { room?: string }).room !== this.view.room.room) return;
    else if (event === 'room.left') this.leave(REMOVED);
    else if (typeof (data as { seq?: unknown }).seq === 'number')
      this.change({ type: 'log', events: [{ event, data: data as RoomPush['data'] }] });
    else if (event === 'presence') this.change({ type: 'presence', ...(data as PushData<'presence'>) });
    else if (event === 'typing')
      this.change({ type: 'typing', user: (data as PushData<'typing'>).user, now });
    else if (event === 'resync') {
      const { epoch, head } = data as PushData<'resync'>;
      if (epoch !== this.view.room.epoch) return this.reload();
      this.change({ type: 'heard-of', head });
    }
  }

  private async join(): Promise<void> {
    const { room, epoch, position } = this.view.room;
    try {
      const reply = await this.connection.request('room.join', { room, epoch, after: position });
      if (this.closed) return;
      if (reply.epoch !== epoch) return this.reload();
      this.outbox.become(reply.me);
      this.joined = true;
      this.change({ type: 'me', user: reply.me });
      this.change({ type: 'present', members: reply.members, online: reply.online });
      // Recovered: what was missed follows as pushes. Otherwise it has to be fetched.
      if (!reply.recovered) this.change({ type: 'heard-of', head: reply.head });
      // That server is late, or the log is another one: the next page tells.
      if (reply.head < position) this.holes.fill();
      this.outbox.flush();
    } catch (error) {
      const why = shutOut(error);
      if (why) return this.leave(why);
      // Without the room this socket is of no use; the next one tries again, with the waits in between.
      this.connection.reconnect(CloseCode.reconnect);
    }
  }

  /** For good, as far as this page goes: it is told, and nothing is tried again behind one's back. */
  private leave(why: string): void {
    this.joined = false;
    this.set({ gone: why });
    this.connection.stop();
  }

  private connectionChanged(connection: Connection): void {
    if (connection.status !== 'online') this.joined = false;
    // The next server says so again, if it is so there.
    this.set(connection.status === 'online' ? { connection } : { connection, degraded: false });
    this.outbox.flush();
  }

  /** Why there will be no connection any more, for people. */
  private get ended(): string | null {
    const { connection, gone } = this.view;
    return connection.status === 'stopped' ? (gone ?? 'Not connected') : null;
  }

  private change(event: RoomEvent): void {
    const room = reduceRoom(this.view.room, event);
    if (room === this.view.room) return;
    const isFaster = room.facts.slowModeSeconds < this.view.room.facts.slowModeSeconds;
    this.show(room);
    if (hasGap(room)) this.holes.fill();
    this.expireTyping();
    if (isFaster) this.outbox.hurry();
  }

  private expireTyping(): void {
    this.cancelTick();
    const { now, after } = this.options.clock;
    const soonest = Math.min(...this.view.room.typing.map(({ until }) => until));
    if (!Number.isFinite(soonest)) return;
    this.cancelTick = after(Math.max(0, soonest - now()), () => this.change({ type: 'tick', now: now() }));
  }

  /** The room's log is not the one on this page, or far ahead of it. Nothing that one wrote is lost over that. */
  private reload(): void {
    this.set({ outdated: true });
    this.reloadIfOutdated();
  }

  private reloadIfOutdated(): void {
    if (this.view.outdated && !this.closed && this.outbox.outlivesPage) this.options.onReload();
  }

  /** In one step: a message is never in both, or in neither. */
  private show(room: RoomState): void {
    this.set({ room, outbox: this.outbox.settle(room) });
    this.reloadIfOutdated();
  }

  private set(part: Partial<RoomView>): void {
    this.view = { ...this.view, ...part };
    for (const listener of this.listeners) listener();
  }
}
