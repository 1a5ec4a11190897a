const PER_MS = 20;
const MAX_MS = 5_000;

/** Milliseconds in steps of 0.05; everything above 5 s counts as 5 s. */
export class Histogram {
  private readonly buckets = new Uint32Array(MAX_MS * PER_MS + 1);
  private total = 0;

  add(ms: number): void {
    const index = ms < MAX_MS ? (ms * PER_MS) | 0 : MAX_MS * PER_MS;
    (this.buckets[index < 0 ? 0 : index] as number)++;
    this.total++;
  }

  /** The upper edge of the step that holds this share of all; 0 where nothing was added. */
  percentile(share: number): number {
    let left = Math.ceil(this.total * share);
    if (left === 0) return 0;
    for (let index = 0; index < this.buckets.length; index++) {
      left -= this.buckets[index] as number;
      if (left <= 0) return (index + 1) / PER_MS;
    }
    return MAX_MS;
  }

  clear(): void {
    this.buckets.fill(0);
    this.total = 0;
  }
}
