"""channels_redis' layers with formats that the installed one may be too old to offer, as a BACKEND of settings."""

import formats
from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer


def core(keys=None, format="msgpack", **options):
    return formats.make(RedisChannelLayer, options, keys, format)


def pubsub(keys=None, format="msgpack", **options):
    return formats.make(RedisPubSubChannelLayer, options, keys, format)
