/** Work that is done again and again, each time a while after it has ended. Stopped while it is under way, it was the last. */
export class Recurring {
  private timer?: NodeJS.Timeout;
  private stopped = false;

  /** `work` must not reject. It is never under way twice. `delayMs` is asked for before each pause. */
  constructor(
    private readonly work: () => Promise<unknown>,
    private readonly delayMs: () => number,
  ) {}

  /** Begins the pause, anew where it had begun. It keeps no process alive. */
  schedule(delayMs = this.delayMs()): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.work().then(() => this.schedule()), delayMs).unref();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }
}
