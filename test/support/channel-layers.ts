import type { ChannelLayer } from '../../src/channel-layer/channel-layer.js';
import { MemoryBus, MemoryChannelLayer } from '../../src/channel-layer/memory.channel-layer.js';
import type { ChannelLayerOptions } from '../../src/channel-layer/options.js';
import { RedisPubSubChannelLayer } from '../../src/channel-layer/redis-pubsub.channel-layer.js';
import { healthOf } from './observe.js';

/** Two layers and how to end them: two processes as far as the layer can tell. */
export function closing<Layer extends ChannelLayer>(a: Layer, b: Layer) {
  return {
    a,
    b,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([a.close(), b.close()]);
    },
  };
}

export async function twoMemoryNodes(options?: ChannelLayerOptions) {
  const bus = new MemoryBus(options);
  return closing(new MemoryChannelLayer(options, bus), new MemoryChannelLayer(options, bus));
}

/** Both ready. */
export async function twoRedisNodes(options: ChannelLayerOptions) {
  const nodes = closing(new RedisPubSubChannelLayer(options), new RedisPubSubChannelLayer(options));
  await Promise.all([healthOf(nodes.a, 'ready'), healthOf(nodes.b, 'ready')]);
  return nodes;
}
