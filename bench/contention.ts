import { readFileSync } from 'node:fs';
import { canPin } from './child.ts';

/** Above this share, what else runs on the machine is part of what was measured. */
export const DISTURBED_AT = 0.1;
const TICKS_PER_SECOND = 100;

/** The share of a core that others than this process used since the call; undefined where the system does not tell. */
export function watchCore(core: number, pid: number): () => number | undefined {
  if (process.platform !== 'linux' || !canPin) return () => undefined;
  const before = othersTicks(core, pid);
  const began = performance.now();
  return () => {
    const ticks = othersTicks(core, pid) - before;
    return Math.max(0, ticks / TICKS_PER_SECOND / ((performance.now() - began) / 1_000));
  };
}

/** Interrupts are left out: they are mostly the packets of this very process. */
function othersTicks(core: number, pid: number): number {
  const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '';
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = line.split(' ').map(Number);
  const own = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ').map(Number) ?? [];
  return user + nice + system + steal - (own[11] ?? 0) - (own[12] ?? 0);
}
