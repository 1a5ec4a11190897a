/** How a log's appends fare, for whoever watches. */
export class AppendStats {
  /** Not in a transaction yet. */
  waiting = 0;
  /** Called once per transaction, however it ended: how many appends it had, and how long it took. */
  onBatch?: (size: number, seconds: number) => void;
}
