import { BehaviorSubject, Subject } from 'rxjs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ChannelLayer, Discontinuity, LayerHealth } from '../../src/channel-layer/channel-layer.js';
import { PositionWatch } from '../../src/chat/position-watch.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('compares no more once it was stopped, also where it was stopped in the middle of a comparison', async () => {
  const layer = {
    discontinuity: new Subject<Discontinuity>(),
    health: new BehaviorSubject<LayerHealth>('ready'),
  };
  const comparisons: PromiseWithResolvers<void>[] = [];
  const compare = () => comparisons[comparisons.push(Promise.withResolvers<void>()) - 1]!.promise;
  const watch = new PositionWatch(layer as unknown as ChannelLayer, compare);
  watch.start(() => undefined);
  await vi.advanceTimersToNextTimerAsync();
  comparisons[0]?.resolve();
  await vi.advanceTimersToNextTimerAsync();
  expect(comparisons.length).toBe(2);
  watch.stop();
  comparisons[1]?.resolve();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(comparisons.length).toBe(2);
});
