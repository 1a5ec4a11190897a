import { describe, expect, it } from 'vitest';
import { ChannelFull } from '../../src/channel-layer/channel-layer.js';
import { MemoryBus, MemoryChannelLayer } from '../../src/channel-layer/memory.channel-layer.js';
import { channelLayerContract } from '../contracts/channel-layer.contract.js';
import { closing, twoMemoryNodes } from '../support/channel-layers.js';
import { nextOf } from '../support/observe.js';

channelLayerContract('MemoryChannelLayer', twoMemoryNodes);

const event = (message: string) => ({ type: 'job', message });

describe('MemoryChannelLayer', () => {
  it('refuses the message that does not fit, with ChannelFull, and takes one again after reading', async () => {
    const channelCapacity = { 'worker.*': 2, '*': 1 };
    await using nodes = await twoMemoryNodes({ channelCapacity });
    const channel = await nodes.b.newChannel('worker');
    await nodes.a.send(channel, event('1'));
    await nodes.a.send(channel, event('2'));
    await expect(nodes.a.send(channel, event('3'))).rejects.toThrow(new ChannelFull(channel));
    expect(await nextOf(nodes.b.receive(channel), 1)).toEqual([event('1')]);
    await nodes.a.send(channel, event('4'));
    expect(await nextOf(nodes.b.receive(channel), 2)).toEqual([event('2'), event('4')]);
    const other = await nodes.b.newChannel();
    await nodes.a.send(other, event('1'));
    await expect(nodes.a.send(other, event('2'))).rejects.toBeInstanceOf(ChannelFull);
    expect(nodes.a.dropped + nodes.b.dropped).toBe(0);
  });

  it('never fills while somebody reads, however many are sent in one turn', async () => {
    await using nodes = await twoMemoryNodes({ capacity: 1 });
    const channel = await nodes.b.newChannel();
    const arrived = nextOf(nodes.b.receive(channel), 500);
    await Promise.all(Array.from({ length: 500 }, (_, i) => nodes.a.send(channel, event(`${i}`))));
    expect((await arrived).at(-1)).toEqual(event('499'));
  });

  it('knows whether what is sent to a group would reach anybody else', async () => {
    await using nodes = await twoMemoryNodes();
    const own = await nodes.a.newChannel();
    await nodes.a.groupAdd('room', own);
    expect(nodes.a.reachesOthers('room', own)).toBe(false);
    expect(nodes.b.reachesOthers('room', await nodes.b.newChannel())).toBe(true);
    const theirs = await nodes.b.newChannel();
    await nodes.b.groupAdd('room', theirs);
    expect(nodes.a.reachesOthers('room', own)).toBe(true);
    await nodes.b.groupDiscard('room', theirs);
    expect(nodes.a.reachesOthers('room', own)).toBe(false);
    class Bridge extends MemoryChannelLayer {
      override async groupSend(): Promise<void> {}
    }
    await using bridges = closing(new Bridge(), new Bridge());
    expect(bridges.a.reachesOthers('room', own)).toBe(true);
  });

  it('forgets a message that nobody has read for as long as the expiry', async () => {
    let now = 0;
    const bus = new MemoryBus({ expiry: 60, capacity: 1 }, () => now);
    await using nodes = closing(new MemoryChannelLayer({}, bus), new MemoryChannelLayer({}, bus));
    const channel = await nodes.b.newChannel();
    await nodes.a.send(channel, event('old'));
    now = 59_999;
    await expect(nodes.a.send(channel, event('no room'))).rejects.toBeInstanceOf(ChannelFull);
    now = 60_000;
    await nodes.a.send(channel, event('new'));
    expect(await nextOf(nodes.b.receive(channel), 1)).toEqual([event('new')]);
  });

  it('keeps a plain channel for a worker that is still to come, in whichever process', async () => {
    await using nodes = await twoMemoryNodes();
    await nodes.a.send('thumbnails', event('first'));
    expect(await nextOf(nodes.b.receive('thumbnails'), 1)).toEqual([event('first')]);
  });

  it('lets nobody read the channel of another process', async () => {
    await using nodes = await twoMemoryNodes();
    const theirs = await nodes.b.newChannel();
    await expect(nextOf(nodes.a.receive(theirs), 1)).rejects.toThrow('is read by another process');
  });

  it('drops without an error what is sent to a process that is gone', async () => {
    await using nodes = await twoMemoryNodes();
    const theirs = await nodes.b.newChannel();
    await nodes.b.close();
    await nodes.a.send(theirs, event('too late'));
    expect(nodes.a.dropped).toBe(0);
  });

  it('forgets channels that nobody has used for as long as the expiry, and no others', async () => {
    let now = 0;
    const bus = new MemoryBus({ expiry: 60 }, () => now);
    await using nodes = closing(new MemoryChannelLayer({}, bus), new MemoryChannelLayer({}, bus));
    const [idle, member, read] = [
      await nodes.a.newChannel(),
      await nodes.a.newChannel(),
      await nodes.a.newChannel(),
    ];
    await nodes.a.groupAdd('room', member);
    const reading = nextOf(nodes.a.receive(read), 1);
    now = 60_000;
    expect(bus.channels.sweep().map((box) => box.channel)).toEqual([idle]);
    await nodes.b.send(read, event('hi'));
    expect(await reading).toEqual([event('hi')]);
    await nodes.b.groupSend('room', event('hi'));
    expect(await nextOf(nodes.a.receive(member), 1)).toEqual([event('hi')]);
  });
});
