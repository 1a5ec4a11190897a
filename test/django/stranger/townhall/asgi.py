import os

from channels.routing import ChannelNameRouter, ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "townhall.settings")
http = get_asgi_application()

from talk import consumers  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": URLRouter(
            [
                re_path(r"^live/desk/(?P<room>[\w-]+)/$", consumers.Desk.as_asgi()),
                re_path(r"^live/phone/(?P<room>[\w-]+)/$", consumers.Phone.as_asgi()),
                re_path(r"^live/wall/$", consumers.Wall.as_asgi()),
            ]
        ),
        "channel": ChannelNameRouter({"digests": consumers.Digests.as_asgi()}),
    }
)
