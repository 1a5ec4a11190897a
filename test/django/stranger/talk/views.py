"""Words from outside of any consumer: the body is a JSON list of them."""

import json

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.http import HttpResponse

from .rooms import group_of, said


def announce(request, room):
    for words in json.loads(request.body):
        async_to_sync(get_channel_layer().group_send)(group_of(room), said(words, "mayor"))
    return HttpResponse()


def digest(request, room):
    event = {"type": "digest.make", "group": group_of(room), "words": json.loads(request.body)}
    async_to_sync(get_channel_layer().send)("digests", event)
    return HttpResponse()
