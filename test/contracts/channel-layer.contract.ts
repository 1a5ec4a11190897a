import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { LayerMessage } from '../../src/channel-layer/channel-layer.js';
import { healthOf, nextOf } from '../support/observe.js';
import { channelGroupsContract, type MakeTwoNodes } from './channel-groups.contract.js';

export type { TwoNodes } from './channel-groups.contract.js';

const event = (message: LayerMessage['message'], type = 'chat.message') => ({ type, message });

/** What every channel layer promises, whatever it is made of. */
export function channelLayerContract(name: string, makeTwoNodes: MakeTwoNodes): void {
  describe(`${name}: channels`, () => {
    it('gives every receiver a name of its own', async () => {
      await using nodes = await makeTwoNodes();
      const names = await Promise.all(
        Array.from({ length: 20 }, (_, i) => [nodes.a, nodes.b][i % 2]!.newChannel()),
      );
      expect(new Set(names).size).toBe(20);
      expect(await nodes.a.newChannel('worker')).toContain('worker.');
    });

    it('carries to another process every kind of value, unchanged', async () => {
      await using nodes = await makeTwoNodes();
      const channel = await nodes.b.newChannel();
      const message: LayerMessage = {
        type: 'chat.message',
        text: 'hé ✓ 👋 ',
        flags: [true, false, null],
        integers: [0, -1, 127, 128, 2 ** 40, Number.MAX_SAFE_INTEGER, 2n ** 63n - 1n, -(2n ** 63n)],
        doubles: [1.5, -0.1, 1e300, 2 ** 60],
        bytes: Uint8Array.from([0, 255, 7]),
        nested: { a: [{ b: {} }], '': 'the empty key' },
      };
      const arrived = nextOf(nodes.b.receive(channel), 1);
      await nodes.a.send(channel, message);
      expect(await arrived).toEqual([message]);
    });

    it('carries a message of a megabyte', async () => {
      await using nodes = await makeTwoNodes();
      const channel = await nodes.b.newChannel();
      const arrived = nextOf(nodes.b.receive(channel), 1);
      await nodes.a.send(channel, event('x'.repeat(1024 * 1024)));
      expect((await arrived)[0]?.message).toHaveLength(1024 * 1024);
    });

    it('keeps what arrives until somebody reads, and goes on after a pause in reading', async () => {
      await using nodes = await makeTwoNodes();
      const channel = await nodes.b.newChannel();
      for (const text of ['one', 'two', 'three']) await nodes.a.send(channel, event(text));
      expect(await nextOf(nodes.b.receive(channel), 2)).toEqual([event('one'), event('two')]);
      await nodes.a.send(channel, event('four'));
      expect(await nextOf(nodes.b.receive(channel), 2)).toEqual([event('three'), event('four')]);
    });

    it('has one reader at a time for a channel', async () => {
      await using nodes = await makeTwoNodes();
      const channel = await nodes.a.newChannel();
      const first = nextOf(nodes.a.receive(channel), 1);
      await expect(nextOf(nodes.a.receive(channel), 1)).rejects.toThrow('has a reader already');
      await nodes.b.send(channel, event('hi'));
      expect(await first).toEqual([event('hi')]);
    });

    it('drops the oldest messages of a full queue, and counts them', async () => {
      await using nodes = await makeTwoNodes({ capacity: 3 });
      const [slow, quick] = [await nodes.b.newChannel(), await nodes.b.newChannel()];
      await nodes.b.groupAdd('room', slow);
      await nodes.b.groupAdd('room', quick);
      const everything = nextOf(nodes.b.receive(quick), 8);
      for (let i = 1; i <= 8; i++) await nodes.a.groupSend('room', event(i));
      await everything;
      expect(await nextOf(nodes.b.receive(slow), 3)).toEqual([event(6), event(7), event(8)]);
      expect(nodes.b.dropped).toBe(5);
    });
  });

  channelGroupsContract(name, makeTwoNodes);

  describe(`${name}: mistakes and endings`, () => {
    it('refuses names that Django would refuse, in every call', async () => {
      await using nodes = await makeTwoNodes();
      const channel = await nodes.a.newChannel();
      for (const bad of ['', 'room:1', 'a b', 'é', 'a!b!c', 'x'.repeat(100), 'line\n', '!']) {
        await expect(nodes.a.send(bad, event('hi'))).rejects.toThrow(TypeError);
        await expect(nextOf(nodes.a.receive(bad), 1)).rejects.toThrow(TypeError);
        await expect(nodes.a.groupAdd(bad, channel)).rejects.toThrow(TypeError);
        await expect(nodes.a.groupAdd('room', bad)).rejects.toThrow(TypeError);
        await expect(nodes.a.groupDiscard(bad, channel)).rejects.toThrow(TypeError);
        await expect(nodes.a.groupSend(bad, event('hi'))).rejects.toThrow(TypeError);
        await expect(nodes.a.newChannel(`${bad}!`)).rejects.toThrow(TypeError);
      }
    });

    it('refuses what is not a message before anything is sent', async () => {
      await using nodes = await makeTwoNodes();
      const channel = await nodes.b.newChannel();
      await nodes.b.groupAdd('room', channel);
      const arrived = nextOf(nodes.b.receive(channel), 1);
      const bad: unknown[] = [
        null,
        [],
        'hi',
        {},
        { type: 7 },
        { type: 't', at: new Date() },
        { type: 't', x: undefined },
      ];
      for (const message of [...bad, { type: 't', big: 2n ** 63n }, { type: 't', nan: NaN }]) {
        await expect(nodes.a.send(channel, message as LayerMessage)).rejects.toThrow(TypeError);
        await expect(nodes.a.groupSend('room', message as LayerMessage)).rejects.toThrow(TypeError);
      }
      await nodes.a.groupSend('room', event('hi'));
      expect(await arrived).toEqual([event('hi')]);
    });

    it('forgets groups and unread messages on flush, but not in production', async () => {
      await using nodes = await makeTwoNodes();
      const channel = await nodes.b.newChannel();
      await nodes.b.groupAdd('room', channel);
      await nodes.b.flush();
      const mine = await nodes.a.newChannel();
      await nodes.a.groupAdd('room', mine);
      const echo = nextOf(nodes.a.receive(mine), 1);
      await nodes.a.groupSend('room', event('not for you'));
      await echo;
      await nodes.b.groupAdd('room', channel);
      await nodes.a.groupSend('room', event('hi'));
      expect(await nextOf(nodes.b.receive(channel), 1)).toEqual([event('hi')]);
      await using live = await makeTwoNodes({ production: true });
      await expect(live.a.flush()).rejects.toThrow('refused in production');
    });

    it('closes once: readers complete, calls reject, and the other process goes on', async () => {
      await using nodes = await makeTwoNodes();
      const [mine, other] = [await nodes.a.newChannel(), await nodes.b.newChannel()];
      await nodes.a.groupAdd('room', mine);
      await nodes.b.groupAdd('room', other);
      const view = lastValueFrom(nodes.a.receive(mine).pipe(toArray()));
      const arrived = nextOf(nodes.b.receive(other), 1);
      await nodes.a.groupSend('room', event('the last thing said'));
      await healthOf(nodes.a, 'ready');
      await Promise.all([nodes.a.close(), nodes.a.close()]);
      await view;
      expect(await arrived).toEqual([event('the last thing said')]);
      const calls = [
        () => nodes.a.newChannel(),
        () => nodes.a.send(mine, event('hi')),
        () => nextOf(nodes.a.receive(mine), 1),
        () => nodes.a.groupAdd('room', mine),
        () => nodes.a.groupDiscard('room', mine),
        () => nodes.a.groupSend('room', event('hi')),
        () => nodes.a.flush(),
      ];
      for (const call of calls) await expect(call()).rejects.toThrow('The channel layer is closed');
      const after = nextOf(nodes.b.receive(other), 1);
      await nodes.b.groupSend('room', event('still here'));
      expect(await after).toEqual([event('still here')]);
    });
  });
}
