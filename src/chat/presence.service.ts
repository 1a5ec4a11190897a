import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { PushFrame, User } from '../protocol/index.js';
import { FanOut } from '../socket/fan-out.js';
import type { LiveRoom } from './live-room.js';
import { type NodeHint, NodeLink } from './node-link.js';
import { PresenceReport, RoomPresence } from './room-presence.js';
import { ToldPresence } from './told-presence.js';

const COALESCE_MS = 100;
/** In a crowd, who comes and goes is told once in a while. */
const COALESCE_CROWD_MS = 1_000;
const TICK_MS = 1_000;
const GRACE_MS = 5_000;
const BEAT_MS = 15_000;
/** A node that was silent for so long is dead: its people are gone within 45 s. */
const LEASE_MS = 40_000;

interface Entry {
  name: string;
  presence: RoomPresence;
  told: ToldPresence;
  timer?: NodeJS.Timeout;
}

/** Who is in a room now, on all nodes. Ephemeral: reports are hints, and leases mend what got lost. */
@Injectable()
export class PresenceService implements OnModuleInit, OnApplicationShutdown {
  private readonly rooms = new Map<string, Entry>();
  private stopListening?: () => void;
  private ticker?: NodeJS.Timeout;
  private lastBeat = 0;

  constructor(
    private readonly link: NodeLink,
    private readonly fanOut: FanOut,
  ) {}

  onModuleInit(): void {
    this.stopListening = this.link.listen((hint) => this.hear(hint));
    this.ticker = setInterval(() => this.tick(performance.now()), TICK_MS);
    this.ticker.unref();
  }

  onApplicationShutdown(): void {
    this.stopListening?.();
    clearInterval(this.ticker);
    for (const { timer } of this.rooms.values()) clearTimeout(timer);
  }

  enter({ room }: LiveRoom, user: User): void {
    let entry = this.rooms.get(room.id);
    if (!entry) {
      entry = { name: room.name, presence: new RoomPresence(), told: new ToldPresence() };
      this.rooms.set(room.id, entry);
      this.link.say('chat.presence.ask', room.id, {});
    }
    if (entry.presence.enter(user)) this.changed(room.id, entry, { joined: [user] });
  }

  /** Who was removed is gone; who left by themselves may be reloading, and stays for a moment. */
  exit(roomId: string, userId: string, isRemoved = false): void {
    this.rooms.get(roomId)?.presence.exit(userId, isRemoved ? -Infinity : performance.now());
  }

  rename(user: User): void {
    for (const [roomId, entry] of this.rooms)
      if (entry.presence.rename(user)) this.changed(roomId, entry, { joined: [user] });
  }

  /** `members` is empty where there are too many to list. */
  members(roomId: string): { members: User[]; online: number } {
    const entry = this.rooms.get(roomId);
    return entry ? entry.told.list(entry.presence.everyone()) : { members: [], online: 0 };
  }

  private changed(roomId: string, entry: Entry, change: Pick<PresenceReport, 'joined' | 'left'>): void {
    this.link.say('chat.presence', roomId, { v: entry.presence.v, ...change } satisfies PresenceReport);
    this.schedule(roomId, entry);
  }

  private hear({ type, topic: roomId, node, body }: NodeHint): void {
    const entry = this.rooms.get(roomId);
    if (!entry) return;
    if (type === 'chat.presence.ask') this.link.say('chat.presence', roomId, entry.presence.report());
    if (type !== 'chat.presence') return;
    const report = PresenceReport.parse(body);
    if (entry.presence.hear(node, report, performance.now())) this.schedule(roomId, entry);
    else this.link.say('chat.presence.ask', roomId, {});
  }

  private schedule(roomId: string, entry: Entry): void {
    const delay = entry.told.isCrowd ? COALESCE_CROWD_MS : COALESCE_MS;
    entry.timer ??= setTimeout(() => this.tell(roomId, entry), delay);
  }

  private tell(roomId: string, entry: Entry): void {
    entry.timer = undefined;
    const news = entry.told.next(entry.presence.everyone());
    if (!news) return;
    const push: PushFrame = { event: 'presence', data: { room: entry.name, ...news } };
    this.fanOut.deliver(roomId, push, { ephemeral: true });
  }

  private tick(now: number): void {
    const beat = now - this.lastBeat >= BEAT_MS;
    if (beat) this.lastBeat = now;
    for (const [roomId, entry] of this.rooms) {
      const { presence } = entry;
      const left = presence.takeGone(now - GRACE_MS);
      if (left.length > 0) this.changed(roomId, entry, { left });
      if (beat) {
        this.link.say('chat.presence', roomId, { v: presence.v } satisfies PresenceReport);
        this.schedule(roomId, entry);
      }
      if (presence.forgetSilent(now - LEASE_MS)) this.schedule(roomId, entry);
      if (!presence.hasLocal) this.drop(roomId, entry);
    }
  }

  private drop(roomId: string, entry: Entry): void {
    clearTimeout(entry.timer);
    this.rooms.delete(roomId);
  }
}
