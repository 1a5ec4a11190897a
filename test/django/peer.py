"""A Django process: the real channel layer, told what to do in lines of JSON, which it answers in lines of JSON.

python3 peer.py '{"layer": "core", "hosts": ["redis://..."], "keys": ["secret"], "format": "json"}'
"""

import asyncio
import base64
import inspect
import json
import sys

from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer

import formats


def make_layer(config):
    kind = {"core": RedisChannelLayer, "pubsub": RedisPubSubChannelLayer}[config["layer"]]
    options = {"hosts": config["hosts"]}
    for name in ("prefix", "capacity", "expiry"):
        if name in config:
            options[name] = config[name]
    return formats.make(kind, options, config.get("keys"), config.get("format", "msgpack"))


def to_json(value):
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    raise TypeError(type(value).__name__)


def from_json(value):
    return base64.b64decode(value["$bytes"]) if set(value) == {"$bytes"} else value


async def answer(layer, line):
    request = json.loads(line, object_hook=from_json)
    try:
        result = getattr(layer, request["call"])(*request["args"])
        reply = {"result": await result if inspect.isawaitable(result) else result}
    except BaseException as error:  # The other side fails, with the reason.
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps({"id": request["id"], **reply}, default=to_json), flush=True)


async def main():
    layer = make_layer(json.loads(sys.argv[1]))
    loop = asyncio.get_running_loop()
    stdin = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
    tasks = set()
    while line := await stdin.readline():
        task = loop.create_task(answer(layer, line))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


asyncio.run(main())
