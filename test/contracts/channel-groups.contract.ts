import { describe, expect, it } from 'vitest';
import type { ChannelLayer, LayerMessage } from '../../src/channel-layer/channel-layer.js';
import type { ChannelLayerOptions } from '../../src/channel-layer/options.js';
import { nextOf } from '../support/observe.js';

/** Two processes that can talk, both `ready`; disposing closes both. */
export interface TwoNodes extends AsyncDisposable {
  a: ChannelLayer;
  b: ChannelLayer;
}

export type MakeTwoNodes = (options?: ChannelLayerOptions) => Promise<TwoNodes>;

const event = (message: LayerMessage['message'], type = 'chat.message') => ({ type, message });

/** The part of the contract that is about groups. */
export function channelGroupsContract(name: string, makeTwoNodes: MakeTwoNodes): void {
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
}
