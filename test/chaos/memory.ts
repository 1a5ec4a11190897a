import { readFile } from 'node:fs/promises';

/** Of a process, on Linux; 0 elsewhere. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}

/** How much a value grows per unit of time: the slope of the straight line that fits best. */
export function slope(samples: readonly (readonly [at: number, value: number])[]): number {
  const mean = (of: 0 | 1) => samples.reduce((sum, sample) => sum + sample[of], 0) / samples.length;
  const [at, value] = [mean(0), mean(1)];
  const above = samples.reduce((sum, sample) => sum + (sample[0] - at) * (sample[1] - value), 0);
  const below = samples.reduce((sum, sample) => sum + (sample[0] - at) ** 2, 0);
  return below === 0 ? 0 : above / below;
}
