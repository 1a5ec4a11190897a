import { Logger } from '@nestjs/common';
import { NEVER } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryChannelLayer } from '../../src/channel-layer/memory.channel-layer.js';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';
import { hostIndex } from '../../src/channel-layer/sharding.js';
import { GRACE_MS, Outbox } from '../../src/django-bridge/outbox.js';
import { healthOf, nextOf } from '../support/observe.js';
import { startRedis } from '../support/redis.js';

Logger.overrideLogger(false);
const groupOn = (host: number) =>
  ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].find(
    (name) => hostIndex(`asgi__group__chat_${name}`, 2) === host,
  )!;
const event = (message: string) => ({ type: 'chat.message', message });

afterEach(() => void vi.useRealTimers());

/** A layer whose Redis is away, and a member of these groups. */
async function startAway(...groups: string[]) {
  const layer = new MemoryChannelLayer();
  const channel = await layer.newChannel();
  for (const group of groups) await layer.groupAdd(group, channel);
  const away = new Set(groups);
  layer.healthOf = ((group: string) => (away.has(group) ? 'degraded' : 'ready')) as never;
  return { layer, channel, away, outbox: new Outbox(layer, 60_000, () => undefined) };
}

describe('what ours say, on its way to Django', () => {
  it('goes out at once where its Redis is there, whatever has become of another one', async () => {
    await using one = await startRedis();
    await using other = await startRedis();
    const layer = new RedisPubSubChannelLayer({ hosts: [one.url, other.url] });
    await healthOf(layer, 'ready');
    const outbox = new Outbox(layer, 60_000, () => undefined);
    const [here, away] = [`chat_${groupOn(0)}`, `chat_${groupOn(1)}`];
    const channel = await layer.newChannel();
    await layer.groupAdd(here, channel);
    await layer.groupAdd(away, channel);
    await other.kill();
    await healthOf(layer, 'degraded');
    expect([layer.healthOf(here), layer.healthOf(away)]).toEqual(['ready', 'degraded']);

    const arrived = nextOf(layer.receive(channel), 4, 30_000);
    outbox.add(away, event('waits'));
    outbox.add(here, event('1'));
    outbox.add(here, event('2'));
    outbox.add(away, event('waits too'));
    await expect.poll(() => outbox.sent).toBe(2);
    await other.restart();
    expect((await arrived).map(({ message }) => message)).toEqual(['1', '2', 'waits', 'waits too']);
    expect(outbox.dropped).toBe(0);
    outbox.stop();
    await layer.close();
  });

  it('keeps its order where a group is reached again while what waits is looked at', async () => {
    const layer = new MemoryChannelLayer();
    const channel = await layer.newChannel();
    await layer.groupAdd('chat_a', channel);
    // It was never there: nobody of Django's is waited for.
    Object.assign(layer, { health: NEVER });
    const outbox = new Outbox(layer, 60_000, () => undefined);
    const arrived = nextOf(layer.receive(channel), 3);
    // Away while each is added, and for the first of them as they are looked at.
    let looks = 0;
    layer.healthOf = () => (++looks > 2 ? 'ready' : 'degraded');
    for (const text of ['1', '2', '3']) outbox.add('chat_a', event(text));
    expect(outbox.sent).toBe(0);
    expect((await arrived).map(({ message }) => message)).toEqual(['1', '2', '3']);
    outbox.stop();
    await layer.close();
  });

  it('is not more at once, after a time that it waited, than a process of Django’s has room for', async () => {
    vi.useFakeTimers();
    const { layer, channel, away, outbox } = await startAway('chat_a');
    const texts = Array.from({ length: 400 }, (_, n) => `${n}`);
    for (const text of texts.slice(0, 300)) outbox.add('chat_a', event(text));
    await vi.advanceTimersByTimeAsync(1_000);
    away.clear();
    await vi.advanceTimersByTimeAsync(GRACE_MS);
    const arrived: unknown[] = [];
    // Django looks only now and then, and ours go on.
    for (const text of texts.slice(300)) {
      outbox.add('chat_a', event(text));
      await vi.advanceTimersByTimeAsync(200);
      const reading = layer.receive(channel).subscribe(({ message }) => arrived.push(message));
      await vi.advanceTimersByTimeAsync(1);
      reading.unsubscribe();
    }
    expect(arrived).toEqual(texts);
    expect([layer.dropped, outbox.dropped]).toEqual([0, 0]);
    outbox.stop();
    await layer.close();
  });

  it('waits for Django’s subscribers also where its Redis comes back while another one is away', async () => {
    vi.useFakeTimers();
    const { layer, channel, away, outbox } = await startAway('chat_a', 'chat_b');
    const arrived: unknown[] = [];
    layer.receive(channel).subscribe(({ message }) => arrived.push(message));
    outbox.add('chat_b', event('for the other one'));
    outbox.add('chat_a', event('1'));
    await vi.advanceTimersByTimeAsync(1_000);
    away.delete('chat_a');
    await vi.advanceTimersByTimeAsync(GRACE_MS - 500);
    outbox.add('chat_a', event('2'));
    expect(arrived).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(arrived).toEqual(['1', '2']);
    outbox.stop();
    await layer.close();
  });

  it('goes out as the process ends, as far as it can, and is counted as dropped where it cannot', async () => {
    const { layer, channel, away, outbox } = await startAway('chat_a', 'chat_b');
    const arrived = nextOf(layer.receive(channel), 2);
    outbox.add('chat_b', event('for one that stays away'));
    outbox.add('chat_a', event('1'));
    away.delete('chat_a');
    outbox.stop();
    outbox.add('chat_a', event('2'));
    expect((await arrived).map(({ message }) => message)).toEqual(['1', '2']);
    expect([outbox.sent, outbox.dropped]).toEqual([2, 1]);
    await layer.close();
  });
});
