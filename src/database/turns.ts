/** Nobody handed the turn on in time. */
export class TurnTimeout extends Error {
  override readonly name = 'TurnTimeout';
}

/**
 * One at a time, or so many, first come, first served; who waits longer than `patienceMs` is refused. A holder that waits for
 * itself therefore ends too, instead of stopping everyone for ever.
 */
export class Turns {
  private taken = 0;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly patienceMs: number,
    private readonly atOnce = 1,
  ) {}

  /** Resolves when it is the caller's turn, who must `pass()` it on. */
  async take(): Promise<void> {
    if (this.taken < this.atOnce) {
      this.taken++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const proceed = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(proceed);
        reject(new TurnTimeout(`it was nobody's turn within ${this.patienceMs} ms`));
      }, this.patienceMs);
      this.waiting.add(proceed);
    });
  }

  /** The next in line has it from now on: nobody who comes later can step in between. */
  pass(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.taken--;
      return;
    }
    this.waiting.delete(next);
    next();
  }

  /** Runs `work` in a turn of its own. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.take();
    try {
      return await work();
    } finally {
      this.pass();
    }
  }
}
