import { catchUp, EpochChanged, type FetchEvents } from './catch-up.js';
import type { Clock } from './clock.js';
import { hasGap, type RoomEvent, type RoomState } from './room-state.js';

const RETRY_MS = 2_000;
/** Behind by more than this, the newest page is there sooner than what was missed, and nobody reads all of that. */
export const FAR_BEHIND = 1_000;

export interface HoleFillerOptions {
  clock: Clock;
  room(): RoomState;
  fetchEvents: FetchEvents;
  /** Whether what is missing is still of use to anybody. */
  wanted(): boolean;
  onEvent(event: RoomEvent): void;
  onReload(): void;
}

/** Fetches what is missing between what is shown of a room and what was heard of it, until nothing is. */
export class HoleFiller {
  private filling = false;
  private cancelRetry: () => void = () => {};

  constructor(private readonly options: HoleFillerOptions) {}

  fill(): void {
    const { room, wanted, onReload } = this.options;
    if (this.filling || !wanted()) return;
    const { head, position } = room();
    if (head - position > FAR_BEHIND) onReload();
    else void this.run();
  }

  close(): void {
    this.cancelRetry();
  }

  private async run(): Promise<void> {
    const { clock, room, fetchEvents, wanted, onEvent, onReload } = this.options;
    this.filling = true;
    this.cancelRetry();
    try {
      await catchUp({
        epoch: room().epoch,
        after: room().position,
        fetchEvents,
        onPage: ({ events, head }) => {
          onEvent({ type: 'log', events });
          onEvent({ type: 'heard-of', head });
        },
        wanted,
      });
    } catch (error) {
      if (error instanceof EpochChanged) onReload();
    } finally {
      this.filling = false;
    }
    // Still a hole: the request failed, or the head moved on. Later, not at once, so as not to hammer.
    if (hasGap(room()) && wanted()) this.cancelRetry = clock.after(RETRY_MS, () => this.fill());
  }
}
