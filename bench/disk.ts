import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** As a commit of SQLite's write-ahead log: a few pages behind the others, then the sync. */
const BYTES = 8_192;
const EVERY_MS = 20;

/**
 * What this disk takes to keep what it was told, in milliseconds: at 50 commits a second, as in the row of
 * latencies. No server that stores before it answers can be faster than that.
 */
export async function diskTimes(count: number): Promise<number[]> {
  const parent = join(import.meta.dirname, 'data');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'disk-'));
  const file = openSync(join(folder, 'file'), 'a');
  try {
    const times: number[] = [];
    const bytes = Buffer.alloc(BYTES, 'x');
    for (let done = 0; done < count; done++) {
      await sleep(EVERY_MS);
      const began = performance.now();
      writeSync(file, bytes);
      fdatasyncSync(file);
      times.push(performance.now() - began);
    }
    return times;
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
}

/** A line for the head of the results. */
export function describeDisk(measured: number[]): string {
  const times = measured.toSorted((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? Number.NaN).toFixed(2);
  return `The disk alone: 8 KB appended and synced, 50 times a second: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms.`;
}
