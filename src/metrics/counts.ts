/** How often each of a few things happened. Counting is an addition; it is read when somebody asks. */
export class Counts<Key extends string | number> {
  private readonly counts = new Map<Key, number>();

  add(key: Key): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  [Symbol.iterator](): Iterator<[Key, number]> {
    return this.counts.entries();
  }
}
