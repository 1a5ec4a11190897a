import type { Env } from '../config/env.js';
import type { ChannelLayer } from './channel-layer.js';
import { MemoryChannelLayer } from './memory.channel-layer.js';
import { RedisPubSubChannelLayer } from './redis-pubsub.channel-layer.js';
import { RedisChannelLayer } from './redis.channel-layer.js';

type Settings = Pick<
  Env,
  | 'CHANNEL_LAYER'
  | 'REDIS_URL'
  | 'CHANNEL_PREFIX'
  | 'CHANNEL_CAPACITY'
  | 'CHANNEL_CAPACITIES'
  | 'CHANNEL_RANDOM_PREFIX_LENGTH'
  | 'CHANNEL_EXPIRY'
  | 'GROUP_EXPIRY'
  | 'CHANNEL_ENCRYPTION_KEYS'
  | 'CHANNEL_SERIALIZER'
  | 'NODE_ENV'
>;

/** Memory, unless there is a Redis. Nothing is awaited: without its Redis the layer starts degraded, and heals. */
export function createChannelLayer(env: Settings): ChannelLayer {
  const common = {
    capacity: env.CHANNEL_CAPACITY,
    channelCapacity: env.CHANNEL_CAPACITIES,
    expiry: env.CHANNEL_EXPIRY,
    groupExpiry: env.GROUP_EXPIRY,
    production: env.NODE_ENV === 'production',
  };
  const kind = env.CHANNEL_LAYER ?? (env.REDIS_URL ? 'redis-pubsub' : 'memory');
  if (kind === 'memory') return new MemoryChannelLayer(common);
  const hosts = env.REDIS_URL?.split(',').map((host) => host.trim());
  const Layer = kind === 'redis' ? RedisChannelLayer : RedisPubSubChannelLayer;
  return new Layer({
    ...common,
    hosts,
    prefix: env.CHANNEL_PREFIX,
    randomPrefixLength: env.CHANNEL_RANDOM_PREFIX_LENGTH,
    symmetricEncryptionKeys: env.CHANNEL_ENCRYPTION_KEYS,
    serializerFormat: env.CHANNEL_SERIALIZER,
  });
}
