import { ChatError, type User } from '../protocol/index.js';
import { type NewRoom, type Room, RoomDirectory, type RoomOverview } from './room-log.js';

/** Long enough for a burst of messages, short enough that nobody waits for a new title. */
const KEEP_MS = 1_000;
const MAX_ROOMS = 10_000;

type Opened = Awaited<ReturnType<RoomDirectory['open']>>;

/**
 * Remembers for a second where a name leads: every message and every handshake asks. What a room is (its id, its epoch)
 * does not change; `head`, `title` and `topic` of a remembered room may be a second old. Of many who open a room at once,
 * one does, and the others have it.
 */
export class CachedRoomDirectory extends RoomDirectory {
  private readonly known = new Map<string, { room: Room; until: number }>();
  /** By name. */
  private readonly opening = new Map<string, Promise<Opened>>();

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

  /**
   * Whoever may not open it was refused before. A database that does not answer is told to all who wait; what else went
   * wrong was the wish of one, and the next tries with theirs.
   */
  override async open(name: string, title?: string, owner?: User, topic?: string): Promise<Opened> {
    for (let other = this.opening.get(name); other; other = this.opening.get(name))
      try {
        return { room: (await other).room, created: false };
      } catch (error) {
        if (error instanceof ChatError && error.code === 'unavailable') throw error;
      }
    const attempt = this.directory.open(name, title, owner, topic);
    this.opening.set(name, attempt);
    try {
      const opened = await attempt;
      this.remember(opened.room);
      return opened;
    } finally {
      this.opening.delete(name);
    }
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

  override get takesWrites(): boolean {
    return this.directory.takesWrites;
  }

  private remember(room: Room): void {
    if (this.known.size >= MAX_ROOMS) this.known.clear();
    this.known.set(room.name, { room, until: this.now() + KEEP_MS });
  }
}
