import { once } from 'node:events';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { ChannelLayer, type LayerHealth } from '../channel-layer/channel-layer.js';
import { RoomFeed } from '../log/room-feed.js';
import { type Room, type RoomEvent, RoomLog } from '../log/room-log.js';
import { removals, type User } from '../protocol/index.js';
import type { Connection } from '../socket/connection.js';
import { FanOut } from '../socket/fan-out.js';
import { Heads } from '../socket/heartbeat.js';
import { type LiveRoom, pushOf } from './live-room.js';
import { NodeLink } from './node-link.js';
import { RoomHints } from './room-hints.js';

/** What stands before an event that we have just stored is stored too: its hint is only late, or lost. */
const OWN_HOLD_MS = 20;
/** Where the log cannot be read, the answer to a stored message still has to leave. */
const REPLY_WAIT_MS = 1_000;
/**
 * How long a lost last message may stay lost. A node that is cut off from the layer knows it; the others, who should
 * have heard from it, do not.
 */
const COMPARE_MS = 5_000;
const COMPARE_DEGRADED_MS = 2_000;

/** After which somebody gets nothing more of the room. */
export type Removal = RoomEvent<'member.left' | 'member.kicked' | 'member.banned'>;

interface Entry {
  live: LiveRoom;
  users: number;
  ready: Promise<void>;
}

/** The rooms that have connections on this node: their feeds, and their place in the channel layer. */
@Injectable()
export class LiveRooms extends Heads implements OnModuleInit, OnApplicationShutdown {
  /** How often, since start, a feed had to read the log. */
  gapsRead = 0;
  private readonly logger = new Logger(LiveRooms.name);
  private readonly removalListeners = new Set<(live: LiveRoom, event: Removal) => void>();
  private readonly entries = new Map<string, Entry>();
  /** Leaving a group and joining it again must not overtake each other. */
  private readonly leaving = new Map<string, Promise<void>>();
  private readonly subscriptions: Subscription[] = [];
  private stopListening?: () => void;
  private readonly hints: RoomHints;
  private health: LayerHealth = 'degraded';
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly log: RoomLog,
    private readonly link: NodeLink,
    private readonly layer: ChannelLayer,
    private readonly fanOut: FanOut,
  ) {
    super();
    this.hints = new RoomHints(link);
  }

  onModuleInit(): void {
    this.stopListening = this.link.listen(({ type, topic, body }) => {
      if (type !== 'chat.event') return;
      const feed = this.entries.get(topic)?.live.feed;
      for (const event of body as RoomEvent[]) feed?.offer(event);
    });
    this.subscriptions.push(
      this.layer.discontinuity.subscribe(() => {
        // Renames may have been missed like anything else.
        for (const { live } of this.entries.values()) live.feed.forget();
        void this.compareAll();
      }),
      this.layer.health.subscribe((health) => {
        this.health = health;
        this.schedule();
      }),
    );
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.stopListening?.();
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    for (const { live } of this.entries.values()) live.feed.close();
  }

  /** Each call must be paid back by one `leave`. First the subscription, then the head: nothing falls between. */
  async enter(room: Room): Promise<LiveRoom> {
    let entry = this.entries.get(room.id);
    if (!entry) {
      const live: LiveRoom = { room, feed: this.feedOf(room) };
      entry = { live, users: 0, ready: this.start(live) };
      this.entries.set(room.id, entry);
    }
    entry.users++;
    try {
      await entry.ready;
    } catch (error) {
      this.leave(entry.live);
      throw error;
    }
    return entry.live;
  }

  leave(live: LiveRoom): void {
    const entry = this.entries.get(live.room.id);
    if (!entry || entry.live !== live || --entry.users > 0) return;
    this.entries.delete(live.room.id);
    live.feed.close();
    const left = entry.ready
      .catch(() => undefined)
      .then(() => this.link.leave(live.room.id))
      .catch((error: unknown) => this.logger.warn(`leaving a group failed: ${String(error)}`))
      .finally(() => this.leaving.get(live.room.id) === left && this.leaving.delete(live.room.id));
    this.leaving.set(live.room.id, left);
  }

  get size(): number {
    return this.entries.size;
  }

  get(roomId: string): LiveRoom | undefined {
    return this.entries.get(roomId)?.live;
  }

  /**
   * Stored: people here get it at once, other nodes are told. Resolves when it was delivered here, so that a reply does
   * not overtake its own push; a gap before it (another node's event, on its way) is not waited for long. Returns nothing
   * where it was delivered at once, as nearly all are.
   */
  publish(event: RoomEvent): void | Promise<void> {
    const feed = this.get(event.roomId)?.feed;
    feed?.offer(event, OWN_HOLD_MS);
    this.hints.add(event);
    if (feed && feed.position < event.seq) return delivered(feed, event.seq);
  }

  /** A client may come from a page that is newer than what this node has heard: waits, not for long, for the feed. */
  async catchUp({ room, feed }: LiveRoom, seq: number): Promise<void> {
    const head = (await this.log.heads([room.id])).get(room.id) ?? 0;
    if (head < seq) return;
    feed.compare(head);
    await delivered(feed, seq);
  }

  /** What is replayed from memory carries the name that the person has now. */
  rename(user: User): void {
    for (const { live } of this.entries.values()) live.feed.rename(user);
  }

  of(connection: Connection): Record<string, number> {
    const heads: Record<string, number> = {};
    for (const group of connection.groups) {
      const live = this.get(group);
      if (live) heads[live.room.name] = live.feed.position;
    }
    return heads;
  }

  /** Called in the room's order, behind the delivery of the event and before what follows. Returns how to stop. */
  onRemoval(listener: (live: LiveRoom, event: Removal) => void): () => void {
    this.removalListeners.add(listener);
    return () => void this.removalListeners.delete(listener);
  }

  private removed(roomId: string, event: Removal): void {
    const live = this.get(roomId);
    if (live) for (const listener of this.removalListeners) listener(live, event);
  }

  private async start(live: LiveRoom): Promise<void> {
    await this.leaving.get(live.room.id);
    await this.link.join(live.room.id);
    const heads = await this.log.heads([live.room.id]);
    live.feed.begin(heads.get(live.room.id) ?? 0);
  }

  private feedOf(room: Room): RoomFeed {
    return new RoomFeed({
      read: (after, limit) => {
        this.gapsRead++;
        return this.log.range(room.id, { after, limit });
      },
      deliver: (event) => {
        this.fanOut.deliver(room.id, pushOf(room.name, event));
        if (removals.has(event.type)) this.removed(room.id, event as Removal);
      },
    });
  }

  /** A lost hint leaves no trace, so positions are compared with the database, more often while hints are doubtful. */
  private schedule(): void {
    clearTimeout(this.timer);
    const delay = this.health === 'ready' ? COMPARE_MS : COMPARE_DEGRADED_MS;
    this.timer = setTimeout(() => void this.compareAll().then(() => this.schedule()), delay);
    this.timer.unref();
  }

  private async compareAll(): Promise<void> {
    const ids = [...this.entries.keys()];
    if (ids.length === 0) return;
    try {
      for (const [id, head] of await this.log.heads(ids)) this.get(id)?.feed.compare(head);
    } catch (error) {
      this.logger.warn(`positions could not be compared: ${String(error)}`);
    }
  }
}

async function delivered(feed: RoomFeed, seq: number): Promise<void> {
  await Promise.race([feed.delivered(seq), once(AbortSignal.timeout(REPLY_WAIT_MS), 'abort')]);
}
