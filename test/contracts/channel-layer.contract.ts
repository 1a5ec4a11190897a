import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ChannelLayer, LayerMessage } from '../../src/channel-layer/channel-layer.js';
import type { ChannelLayerOptions } from '../../src/channel-layer/options.js';
import { healthOf, nextOf } from '../support/observe.js';

/** Two processes that can talk, both `ready`; disposing closes both. */
export interface TwoNodes extends AsyncDisposable {
  a: ChannelLayer;
  b: ChannelLayer;
}

type MakeTwoNodes = (options?: ChannelLayerOptions) => Promise<TwoNodes>;

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

  describe(`${name}: groups`, () => {
    it('brings a message to every member once, the sender included', async () => {
      await using nodes = await makeTwoNodes();
      const members = [
        { node: nodes.a, channel: await nodes.a.newChannel() },
        { node: nodes.b, channel: await nodes.b.newChannel() },
        { node: nodes.b, channel: await nodes.b.newChannel() },
      ];
      for (const { node, channel } of members) await node.groupAdd('room', channel);
      for (const { node, channel } of members) await node.groupAdd('room', channel);
      const views = members.map(({ node, channel }) => nextOf(node.receive(channel), 2));
      await nodes.a.groupSend('room', event('hi'));
      await nodes.a.groupSend('room', event('behind it'));
      for (const view of views) expect(await view).toEqual([event('hi'), event('behind it')]);
    });

    it('can be looked for, whoever is in them', async () => {
      await using nodes = await makeTwoNodes();
      const [mine, theirs] = [await nodes.a.newChannel(), await nodes.b.newChannel()];
      await nodes.a.groupAdd('look_one', mine);
      await nodes.b.groupAdd('look_two', theirs);
      await nodes.b.groupAdd('elsewhere', theirs);
      await expect.poll(async () => (await nodes.a.groups('look_')).sort()).toEqual(['look_one', 'look_two']);
      expect(await nodes.a.groups('look_t')).toEqual(['look_two']);
      expect(await nodes.a.groups('nothing')).toEqual([]);
      await nodes.b.groupDiscard('look_two', theirs);
      await expect.poll(() => nodes.a.groups('look_')).toEqual(['look_one']);
    });

    it('brings what another process sends right after a join', async () => {
      await using nodes = await makeTwoNodes();
      for (let i = 0; i < 50; i++) {
        const channel = await nodes.b.newChannel();
        const arrived = nextOf(nodes.b.receive(channel), 1);
        await nodes.b.groupAdd(`room-${i}`, channel);
        await nodes.a.groupSend(`room-${i}`, event(i));
        expect(await arrived).toEqual([event(i)]);
      }
    });

    it('keeps the order of what one process sends, without waiting between messages', async () => {
      await using nodes = await makeTwoNodes();
      const channel = await nodes.b.newChannel();
      await nodes.b.groupAdd('room', channel);
      const arrived = nextOf(nodes.b.receive(channel), 1000);
      await Promise.all(Array.from({ length: 1000 }, (_, i) => nodes.a.groupSend('room', event(i))));
      expect((await arrived).map(({ message }) => message)).toEqual(
        Array.from({ length: 1000 }, (_, i) => i),
      );
      expect(nodes.a.dropped + nodes.b.dropped).toBe(0);
    });

    it('brings nothing of a group that was left, nor of another group', async () => {
      await using nodes = await makeTwoNodes();
      const channel = await nodes.b.newChannel();
      await nodes.b.groupAdd('left', channel);
      await nodes.b.groupAdd('stayed', channel);
      await nodes.b.groupDiscard('left', channel);
      await nodes.b.groupDiscard('never.in', channel);
      const arrived = nextOf(nodes.b.receive(channel), 1);
      await nodes.a.groupSend('left', event('not for you'));
      await nodes.a.groupSend('other', event('nor this'));
      await nodes.a.groupSend('stayed', event('hi'));
      expect(await arrived).toEqual([event('hi')]);
    });

    it('brings messages again after leaving and joining at once', async () => {
      await using nodes = await makeTwoNodes();
      const channel = await nodes.b.newChannel();
      const arrived = nextOf(nodes.b.receive(channel), 1);
      const steps = [nodes.b.groupAdd('room', channel), nodes.b.groupDiscard('room', channel)];
      await Promise.all([...steps, nodes.b.groupAdd('room', channel)]);
      await nodes.a.groupSend('room', event('hi'));
      expect(await arrived).toEqual([event('hi')]);
    });

    it('lets no receiver see what another one does to a message', async () => {
      await using nodes = await makeTwoNodes();
      const [one, two] = [await nodes.b.newChannel(), await nodes.b.newChannel()];
      await nodes.b.groupAdd('room', one);
      await nodes.b.groupAdd('room', two);
      const views = [nextOf(nodes.b.receive(one), 1), nextOf(nodes.b.receive(two), 1)];
      const sent = { type: 'chat.message', tags: ['a'] };
      await nodes.b.groupSend('room', sent);
      sent.tags.push('too late');
      const [first, second] = await Promise.all(views);
      (first![0]!.tags as string[]).push('mine');
      expect(second).toEqual([{ type: 'chat.message', tags: ['a'] }]);
    });

    it('takes only channels of this process', async () => {
      await using nodes = await makeTwoNodes();
      const theirs = await nodes.b.newChannel();
      await expect(nodes.a.groupAdd('room', theirs)).rejects.toThrow(TypeError);
    });
  });

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
