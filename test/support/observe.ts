import { filter, firstValueFrom, type Observable, take, timeout, toArray } from 'rxjs';
import { expect, vi } from 'vitest';
import type { ChannelLayer, LayerHealth } from '../../src/channel-layer/channel-layer.js';

/** The next `count` values of an observable, from now on. Rejects when they are not there in time. */
export function nextOf<T>(source: Observable<T>, count: number, withinMs = 20_000): Promise<T[]> {
  return firstValueFrom(source.pipe(take(count), toArray(), timeout(withinMs)));
}

/** Resolves when the layer's health is, or becomes, this. */
export async function healthOf(layer: ChannelLayer, health: LayerHealth, withinMs = 30_000): Promise<void> {
  await firstValueFrom(
    layer.health.pipe(
      filter((state) => state === health),
      timeout(withinMs),
    ),
  );
}

/** Resolves when it is so; rejects, with what it is instead, where it does not become so in time. Also outside of a test. */
export async function becomes(look: () => unknown, expected: unknown, withinMs = 30_000): Promise<void> {
  await vi.waitFor(async () => expect(await look()).toEqual(expected), { timeout: withinMs, interval: 50 });
}

/**
 * How long this process itself ran, from now on, in milliseconds: while a busy machine does not let it run, no time
 * passes. For waits, not for work: what blocks the event loop is not counted either.
 */
export function ownClock() {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  return { ms: () => ticks * 10, [Symbol.dispose]: () => clearInterval(timer) };
}

/** The milliseconds that this thread computed, however many others the machine served meanwhile. */
export function cpuMsOf(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
