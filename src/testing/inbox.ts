/** Frames as they came, and whoever waits for one. Buffers from the first byte: no wait is ever too late. */
export class Inbox<Frame> {
  private readonly frames: Frame[] = [];
  private readonly waiters = new Set<() => void>();
  private end?: string;

  add(frame: Frame): void {
    this.frames.push(frame);
    this.wake();
  }

  /** Nothing more will come: every wait that is not satisfied by what is here ends now. */
  finish(reason: string): void {
    this.end = reason;
    this.wake();
  }

  get all(): readonly Frame[] {
    return this.frames;
  }

  /** Takes the first frame that fits out of the inbox, or waits for it. Rejects in time, and says what was there. */
  async take(what: string, fits: (frame: Frame) => boolean, timeoutMs: number): Promise<Frame> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const index = this.frames.findIndex(fits);
      if (index >= 0) return this.frames.splice(index, 1)[0] as Frame;
      const left = deadline - Date.now();
      if (this.end !== undefined) throw this.failure(`${what} cannot come any more: ${this.end}`);
      if (left <= 0) throw this.failure(`${what} did not come within ${timeoutMs} ms`);
      await this.change(left);
    }
  }

  failure(problem: string): Error {
    const content = this.frames.map((frame) => `  ${JSON.stringify(frame)}`).join('\n');
    return new Error(`${problem}. ${content ? `The inbox:\n${content}` : 'The inbox is empty.'}`);
  }

  private change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.waiters.add(done);
    });
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }
}
