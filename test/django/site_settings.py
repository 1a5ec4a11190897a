"""The example's settings, as they are, with the channel layer of a test: `CHANNEL_LAYER` is that entry in JSON."""

import json
import os

from mysite.settings import *  # noqa: F401,F403

CHANNEL_LAYERS = {"default": json.loads(os.environ["CHANNEL_LAYER"])}
