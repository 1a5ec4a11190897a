import type { ChannelLayer } from '../../src/channel-layer/channel-layer.js';
import { MemoryBus, MemoryChannelLayer } from '../../src/channel-layer/memory.channel-layer.js';
import type { ChannelLayerOptions } from '../../src/channel-layer/options.js';
import { RedisChannelLayer } from '../../src/channel-layer/redis.channel-layer.js';
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
  return bothReady(new RedisPubSubChannelLayer(options), new RedisPubSubChannelLayer(options));
}

/** Of the core layer. Both ready. */
export async function twoCoreNodes(options: ChannelLayerOptions) {
  return bothReady(new RedisChannelLayer(options), new RedisChannelLayer(options));
}

async function bothReady<Layer extends ChannelLayer>(a: Layer, b: Layer) {
  await Promise.all([healthOf(a, 'ready'), healthOf(b, 'ready')]);
  return closing(a, b);
}
