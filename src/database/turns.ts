/** Nobody handed the turn on in time. */
export class TurnTimeout extends Error {
  override readonly name = 'TurnTimeout';
}

/**
 * One at a time, first come, first served; who waits longer than `patienceMs` is refused. A holder that waits for
 * itself therefore ends too, instead of stopping everyone for ever.
 */
export class Turns {
  private taken = false;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly patienceMs: number) {}

  /** Resolves when it is the caller's turn, who must `pass()` it on. */
  async take(): Promise<void> {
    if (!this.taken) {
      this.taken = true;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const proceed = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(proceed);
        reject(new TurnTimeout(`the connection was not free within ${this.patienceMs} ms`));
      }, this.patienceMs);
      this.waiting.add(proceed);
    });
  }

  /** The next in line has it from now on: nobody who comes later can step in between. */
  pass(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.taken = false;
      return;
    }
    this.waiting.delete(next);
    next();
  }
}
