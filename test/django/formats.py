"""Formats that the installed channels_redis may be too old to offer.

Version 4.3 has `serializer_format`, and encryption in the pub/sub layer. Where an older one lacks them, its own
`serialize` and `deserialize` are replaced by what 4.3 does; everything else stays the installed version's.
"""

import base64
import hashlib
import inspect
import json
import random

import msgpack
from channels_redis import core, pubsub
from cryptography.fernet import Fernet, MultiFernet


def make(kind, options, keys, format):
    if _knows(kind, "serializer_format"):
        more = {"serializer_format": format} if kind is core.RedisChannelLayer else {}
        return kind(**options, **more, symmetric_encryption_keys=keys or None)
    prefix = 12 if kind is core.RedisChannelLayer else 0
    expiry = options.get("expiry", 60) + 10 if prefix else None
    return type(kind.__name__, (_Later, kind), {"wire": _Wire(keys, format, prefix, expiry)})(**options)


def _knows(kind, name):
    inner = getattr(pubsub, "RedisPubSubLoopLayer", kind) if kind is pubsub.RedisPubSubChannelLayer else kind
    return name in inspect.signature(inner.__init__).parameters


class _Later:
    def serialize(self, message):
        return self.wire.serialize(message)

    def deserialize(self, message):
        return self.wire.deserialize(message)


class _Wire:
    def __init__(self, keys, format, prefix_length, ttl):
        self.crypter = MultiFernet([_fernet(key) for key in keys]) if keys else None
        self.json = format == "json"
        self.prefix_length = prefix_length
        self.ttl = ttl

    def serialize(self, message):
        value = json.dumps(message).encode() if self.json else msgpack.packb(message)
        if self.crypter:
            value = self.crypter.encrypt(value)
        length = self.prefix_length
        return random.getrandbits(8 * length).to_bytes(length, "big") + value if length else value

    def deserialize(self, value):
        value = value[self.prefix_length :]
        if self.crypter:
            value = self.crypter.decrypt(value, self.ttl)
        return json.loads(value) if self.json else msgpack.unpackb(value)


def _fernet(key):
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))
