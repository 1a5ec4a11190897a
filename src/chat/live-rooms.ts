import { once } from 'node:events';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ChannelLayer } from '../channel-layer/channel-layer.js';
import { RoomFeed } from '../log/room-feed.js';
import { type Room, type RoomEvent, RoomLog } from '../log/room-log.js';
import { CloseCode, removals, type User } from '../protocol/index.js';
import type { Connection } from '../socket/connection.js';
import { FanOut } from '../socket/fan-out.js';
import { Heads } from '../socket/heartbeat.js';
import { type LiveRoom, pushOf } from './live-room.js';
import { NodeLink } from './node-link.js';
import { PositionWatch } from './position-watch.js';
import { RewoundRooms } from './rewound-rooms.js';
import { hintedEvents, RoomHints } from './room-hints.js';

/** What stands before an event that we have just stored is stored too: its hint is only late, or lost. */
const OWN_HOLD_MS = 20;
/** Where the log cannot be read, the answer to a stored message still has to leave. */
const REPLY_WAIT_MS = 1_000;
/** What is older is read from the log by those who come back. */
const REPLAY_MS = 300_000;

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
  private stopListening?: () => void;
  private readonly hints: RoomHints;
  private readonly watch: PositionWatch;
  private readonly rewound: RewoundRooms;

  constructor(
    private readonly log: RoomLog,
    private readonly link: NodeLink,
    layer: ChannelLayer,
    private readonly fanOut: FanOut,
  ) {
    super();
    this.hints = new RoomHints(link);
    this.rewound = new RewoundRooms(log);
    this.watch = new PositionWatch(layer, async () => {
      await this.rewound.retry();
      await this.compare([...this.entries.values()]);
    });
  }

  onModuleInit(): void {
    this.stopListening = this.link.listen(({ type, topic, body }) => {
      if (type !== 'chat.event') return;
      const feed = this.entries.get(topic)?.live.feed;
      if (!feed) return;
      const events = hintedEvents(topic, body);
      if (!events) throw new TypeError('no events of that room');
      for (const event of events) feed.offer(event);
    });
    this.watch.start(() => {
      // Renames may have been missed like anything else.
      for (const { live } of this.entries.values()) live.feed.forget();
    });
  }

  onApplicationShutdown(): void {
    this.watch.stop();
    this.stopListening?.();
    for (const { live } of this.entries.values()) live.feed.close();
  }

  /**
   * Each call must be paid back by one `leave`. First the subscription, then the head: nothing falls between. The epoch is
   * what it is then, whatever it was when `room` was read.
   */
  async enter(room: Room): Promise<LiveRoom> {
    await this.rewound.settle(room.id);
    const known = this.entries.get(room.id);
    if (known && known.live.room.epoch !== room.epoch) await this.compare([known]);
    let entry = this.entries.get(room.id);
    if (!entry) {
      const own = { ...room };
      const live: LiveRoom = { room: own, feed: this.feedOf(own) };
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
    if (entry && entry.live === live && --entry.users === 0) this.end(entry);
  }

  private end(entry: Entry): void {
    const { live } = entry;
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
    this.hints.add(event);
    return this.deliver(event);
  }

  /** Is being stored: whoever is about to write to the whole room may wait for it. */
  expect(roomId: string, storing: Promise<unknown>): void {
    this.fanOut.expect(roomId, storing);
  }

  /** As `publish`, of what others know already. */
  deliver(event: RoomEvent): void | Promise<void> {
    const feed = this.get(event.roomId)?.feed;
    feed?.offer(event, OWN_HOLD_MS);
    if (feed && feed.position < event.seq) return delivered(feed, event.seq);
  }

  /** A client may come from a page that is newer than what this node has heard: waits, not for long, for the feed. */
  async catchUp({ room, feed }: LiveRoom, seq: number): Promise<void> {
    const head = (await this.log.heads([room.id])).get(room.id)?.seq ?? 0;
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
    const { id } = live.room;
    const { seq, epoch } = (await this.log.heads([id])).get(id) ?? { ...live.room, seq: 0 };
    const [last] = seq > 0 ? await this.log.range(id, { before: seq + 1, limit: 1 }) : [];
    live.room.epoch = epoch;
    live.feed.begin(seq, last?.seq === seq ? last.id : undefined);
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
      contradict: () => void this.rebuilt(room),
    });
  }

  /** Heads are read after positions: a log that is behind what was delivered is not the one that it came from. */
  private async compare(entries: Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const positions = entries.map(({ live }) => live.feed.position);
    const heads = await this.log.heads(entries.map(({ live }) => live.room.id));
    const expired = new Date(Date.now() - REPLAY_MS).toISOString();
    for (const [index, { live }] of entries.entries()) {
      const head = heads.get(live.room.id);
      if (head?.epoch !== live.room.epoch || head.seq < (positions[index] as number))
        await this.rebuilt(live.room);
      else live.feed.compare(head.seq);
      live.feed.expire(expired);
    }
  }

  /** What these people have seen is not what the log says: they come back, are told of the new epoch, and reload. */
  private async rebuilt(room: Room): Promise<void> {
    await this.rewound.add(room);
    const entry = this.entries.get(room.id);
    if (entry?.live.room === room) this.abandon(entry);
  }

  private abandon(entry: Entry): void {
    this.logger.warn('the log of a room is not what it was: whoever is in it starts anew');
    this.end(entry);
    for (const connection of [...this.fanOut.members(entry.live.room.id)])
      connection.close(CloseCode.positionLost, 'the position in a room was lost');
  }
}

async function delivered(feed: RoomFeed, seq: number): Promise<void> {
  await Promise.race([feed.delivered(seq), once(AbortSignal.timeout(REPLY_WAIT_MS), 'abort')]);
}
