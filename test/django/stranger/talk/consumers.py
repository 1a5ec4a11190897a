import json

from asgiref.sync import async_to_sync
from channels.consumer import SyncConsumer
from channels.generic.websocket import AsyncJsonWebsocketConsumer, JsonWebsocketConsumer, WebsocketConsumer

from .rooms import LOBBY, NEWS, group_of, said


def shown(event):
    """What each consumer shows. It ends on a key that the event has not."""
    return {"message": event["message"], "by": event["username"], "user": event["user"], "at": event["sent_at"]}


class Desk(WebsocketConsumer):
    """Blocking, in a thread. Also in a group of the person's own."""

    groups = [NEWS]

    def connect(self):
        self.room = group_of(self.scope["url_route"]["kwargs"]["room"])
        for group in (self.room, "person.desk"):
            async_to_sync(self.channel_layer.group_add)(group, self.channel_name)
        self.accept()

    def disconnect(self, code):
        for group in (self.room, "person.desk"):
            async_to_sync(self.channel_layer.group_discard)(group, self.channel_name)

    def receive(self, text_data=None, bytes_data=None):
        send = async_to_sync(self.channel_layer.group_send)
        send(self.room, {"type": "chat.typing", "user": "desk", "on": True})
        send(self.room, said(json.loads(text_data)["message"], "desk"))
        send("person.desk", {"type": "unread", "count": 1})

    def chat_message(self, event):
        self.send(text_data=json.dumps(shown(event), default=repr))

    def chat_typing(self, event):
        self.send(text_data=json.dumps({"typing": event["user"], "on": event["on"]}))

    def user_join(self, event):
        self.send(text_data=json.dumps({"joined": event["user"]}))

    def unread(self, event):
        self.send(text_data=json.dumps({"unread": event["count"]}))


class Phone(AsyncJsonWebsocketConsumer):
    """Tells the room who comes and goes."""

    async def connect(self):
        self.room = group_of(self.scope["url_route"]["kwargs"]["room"])
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.channel_layer.group_add(NEWS, self.channel_name)
        await self.accept()
        await self.channel_layer.group_send(self.room, {"type": "user_join", "user": "phone"})

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.room, self.channel_name)
        await self.channel_layer.group_discard(NEWS, self.channel_name)

    async def receive_json(self, content, **kwargs):
        await self.channel_layer.group_send(self.room, said(content["message"], "phone"))
        await self.channel_layer.group_send(self.room, {"type": "chat.typing", "user": "phone", "on": False})

    async def chat_message(self, event):
        await self.send_json(shown(event))

    async def chat_typing(self, event):
        await self.send_json({"typing": event["user"], "on": event["on"]})

    async def user_join(self, event):
        await self.send_json({"joined": event["user"]})

    @classmethod
    async def encode_json(cls, content):
        return json.dumps(content, default=repr)


class Wall(JsonWebsocketConsumer):
    """A screen in the town hall: shows the lobby, and never speaks."""

    groups = [LOBBY, NEWS]

    def chat_message(self, event):
        self.send_json(shown(event))

    def chat_typing(self, event):
        pass

    def user_join(self, event):
        pass

    @classmethod
    def encode_json(cls, content):
        return json.dumps(content, default=repr)


class Digests(SyncConsumer):
    """In a worker: what is sent to the channel `digests`, one after the other."""

    def digest_make(self, event):
        for words in event["words"]:
            async_to_sync(self.channel_layer.group_send)(event["group"], said(words, "digest"))
