import { isPrivateName, type RoomDirectory } from '../index.js';

const AT_START = 10_000;
const AT_ONCE = 200;
const LOOK_MS = 1_000;

/** Which rooms are shared with Django, and that all of them are listened to. */
export class BridgedRooms {
  private readonly known = new Map<string, Promise<void>>();
  private timer?: NodeJS.Timeout;
  private stopped = false;

  constructor(
    private readonly rooms: 'all' | readonly string[],
    private readonly directory: RoomDirectory,
    /** The rooms that somebody is in on Django's side, whether they are known here or not. */
    private readonly talkedIn: () => Promise<string[]>,
    /** Resolves when what Django says there from then on is heard. */
    private readonly listen: (room: string) => Promise<void>,
    private readonly warn: (sentence: string) => void,
  ) {}

  get size(): number {
    return this.known.size;
  }

  /** Private rooms are called `~` and something random. */
  has(room: string): boolean {
    return this.rooms === 'all' ? !isPrivateName(room) : this.rooms.includes(room);
  }

  /** The rooms that were named may not be there yet: the first word in them makes them. */
  async start(): Promise<void> {
    if (this.rooms !== 'all') return this.takeUp(this.rooms);
    await this.look(AT_START);
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Somebody is there, or spoke there. Never rejects. */
  async ensure(room: string): Promise<void> {
    if (this.stopped || !this.has(room)) return;
    let listening = this.known.get(room);
    if (!listening) {
      listening = this.listen(room).catch((error: unknown) => {
        this.known.delete(room);
        this.warn(`Django cannot be heard in a room: ${String(error)}`);
      });
      this.known.set(room, listening);
    }
    await listening;
  }

  private async takeUp(rooms: readonly string[]): Promise<void> {
    for (let from = 0; from < rooms.length; from += AT_ONCE)
      await Promise.all(rooms.slice(from, from + AT_ONCE).map((room) => this.ensure(room)));
  }

  /** Rooms that were made elsewhere, are read but not written in, or are Django's alone until now. */
  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.look(AT_ONCE).then(() => this.schedule()), LOOK_MS);
    this.timer.unref();
  }

  private async look(limit: number): Promise<void> {
    try {
      const [overviews, talkedIn] = await Promise.all([this.directory.list(limit), this.talkedIn()]);
      await this.takeUp([...overviews.map(({ room }) => room.name), ...talkedIn]);
    } catch (error) {
      this.warn(`the rooms could not be listed: ${String(error)}`);
    }
  }
}
