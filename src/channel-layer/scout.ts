import type { Link, LinkEvents } from './link.js';

const openMs = 5000;
/** Milliseconds before the next try: at most a second. */
export const backoff = (attempt: number) => Math.min(1000, 25 * 2 ** attempt) * (0.5 + Math.random() / 2);

/** Fails a link that is not what it should be in time; who is done with it stops the clock. */
export function impatience(link: Link): NodeJS.Timeout {
  return setTimeout(() => link.fail(`no answer for ${openMs / 1000} s`), openMs);
}

/**
 * Looks whether a new connection would work, while the present one is silent. It holds nothing and says nothing; it
 * tries until it is stopped.
 */
export class Scout {
  /** Where it leads, once it has come through. */
  peer?: string;
  /** How often it has been answered. */
  answers = 0;
  private link?: Link;
  private attempt = 0;
  private timer?: NodeJS.Timeout;
  private stopped = false;

  constructor(
    private readonly newLink: (events: LinkEvents) => Link,
    /** It has come through, or was answered once more. */
    private readonly changed: () => void,
  ) {
    void this.look();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.link?.fail('no longer needed');
  }

  private async look(): Promise<void> {
    const link = this.newLink({
      alive: () => this.onAnswer(),
      silent: (reason) => link.fail(reason),
      down: () => this.onDown(),
    });
    this.link = link;
    const clock = impatience(link);
    const isOpen = await link.open();
    clearTimeout(clock);
    if (!isOpen || this.stopped) return;
    this.peer = link.peer;
    this.changed();
  }

  private onAnswer(): void {
    if (this.stopped) return;
    this.answers++;
    this.changed();
  }

  private onDown(): void {
    this.peer = undefined;
    this.answers = 0;
    if (!this.stopped) this.timer = setTimeout(() => void this.look(), backoff(this.attempt++));
  }
}
