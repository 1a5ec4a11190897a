import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

const MIB = 1024 * 1024;
const HEAP_FLAG = /--max[-_]old[-_]space[-_]size[= ](\d+)/;
/** What of the heap is young does not count against its limit. */
const YOUNG = new Set(['new_space', 'new_large_object_space']);

/** How much of the memory that this process may hold is in use, 0 to 1. */
export type MemoryUse = () => number;
export const MemoryUse = Symbol('MemoryUse');

/** Of V8's heap, or of the container, whichever is nearer to its end. */
export function measuredMemoryUse(
  flags = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' '),
): MemoryUse {
  const given = HEAP_FLAG.exec(flags)?.[1];
  const heapLimit = given ? Number(given) * MIB : getHeapStatistics().heap_size_limit;
  const container = process.constrainedMemory();
  return () => {
    let old = 0;
    for (const { space_name, space_used_size } of getHeapSpaceStatistics())
      if (!YOUNG.has(space_name)) old += space_used_size;
    const resident = container > 0 ? process.memoryUsage.rss() / container : 0;
    return Math.max(old / heapLimit, resident);
  };
}
