/** Milliseconds since 1970 as `Date.now()` has them, with the part of a millisecond that it leaves out. */
export function preciseClock(wall = Date.now, steady = () => performance.now()): () => number {
  let start = wall() - steady();
  return () => {
    const ms = wall();
    const early = ms - (start + steady());
    // Never away from the wall clock: that one may be set or slewed.
    if (early > 0) start += early;
    else if (early <= -1) start += early + 0.999;
    return start + steady();
  };
}

/**
 * Seconds since 1970 that strictly rise: two messages of one process never share a score, and a clock that is set back
 * does not put the next one before the last. A microsecond is more than the resolution of a double in this century.
 * Finer than a millisecond, as the time of a message to a group is a part of its id (see `message-ids.ts`).
 */
export class RisingClock {
  private last = 0;

  constructor(private readonly now: () => number = preciseClock()) {}

  next(): number {
    return (this.last = Math.max(this.now() / 1000, this.last + 1e-6));
  }
}
