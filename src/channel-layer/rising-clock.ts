/**
 * Seconds since 1970 that strictly rise: two messages of one process never share a score, and a clock that is set back
 * does not put the next one before the last. A microsecond is more than the resolution of a double in this century.
 */
export class RisingClock {
  private last = 0;

  constructor(private readonly now: () => number = () => Date.now() / 1000) {}

  next(): number {
    return (this.last = Math.max(this.now(), this.last + 1e-6));
  }
}
