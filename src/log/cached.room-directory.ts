import type { User } from '../protocol/index.js';
import { type NewRoom, type Room, RoomDirectory, type RoomOverview } from './room-log.js';

/** Long enough for a burst of messages, short enough that nobody waits for a new title. */
const KEEP_MS = 1_000;
const MAX_ROOMS = 10_000;

/**
 * Remembers for a second where a name leads: every message and every handshake asks. What a room is (its id, its epoch)
 * does not change; `head`, `title` and `topic` of a remembered room may be a second old.
 */
export class CachedRoomDirectory extends RoomDirectory {
  private readonly known = new Map<string, { room: Room; until: number }>();

  constructor(
    private readonly directory: RoomDirectory,
    private readonly now: () => number = () => performance.now(),
  ) {
    super();
  }

  override async find(name: string): Promise<Room | null> {
    const known = this.known.get(name);
    if (known && known.until > this.now()) return known.room;
    const room = await this.directory.find(name);
    if (room) this.remember(room);
    else this.known.delete(name);
    return room;
  }

  override async open(
    name: string,
    title?: string,
    owner?: User,
    topic?: string,
  ): Promise<{ room: Room; created: boolean }> {
    const opened = await this.directory.open(name, title, owner, topic);
    this.remember(opened.room);
    return opened;
  }

  override create(wish: NewRoom): Promise<{ room: Room; created: boolean }> {
    return this.directory.create(wish);
  }

  override listOf(userId: string, limit: number): Promise<RoomOverview[]> {
    return this.directory.listOf(userId, limit);
  }

  override list(limit: number): Promise<RoomOverview[]> {
    return this.directory.list(limit);
  }

  override renamePerson(user: User): Promise<void> {
    return this.directory.renamePerson(user);
  }

  override ping(): Promise<void> {
    return this.directory.ping();
  }

  private remember(room: Room): void {
    if (this.known.size >= MAX_ROOMS) this.known.clear();
    this.known.set(room.name, { room, until: this.now() + KEEP_MS });
  }
}
