import { filter, firstValueFrom, type Observable, take, timeout, toArray } from 'rxjs';
import { expect, vi } from 'vitest';
import type { ChannelLayer, LayerHealth } from '../../src/channel-layer/channel-layer.js';

/** The next `count` values of an observable, from now on. Rejects when they are not there in time. */
export function nextOf<T>(source: Observable<T>, count: number, withinMs = 5000): Promise<T[]> {
  return firstValueFrom(source.pipe(take(count), toArray(), timeout(withinMs)));
}

/** Resolves when the layer's health is, or becomes, this. */
export async function healthOf(layer: ChannelLayer, health: LayerHealth, withinMs = 10_000): Promise<void> {
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
