"""A town's site. Its chat is one app of several; a worker does the slow work. `CHANNEL_LAYER` is that entry in JSON."""

import json
import os

SECRET_KEY = "on the loopback only"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["channels", "talk"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "townhall.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

ASGI_APPLICATION = "townhall.asgi.application"
CHANNEL_LAYERS = {"default": json.loads(os.environ["CHANNEL_LAYER"])}
