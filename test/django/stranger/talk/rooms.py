"""Rooms have names of any language; a group of the channel layer has not."""

import base64
import hashlib
import re
from datetime import datetime, timezone

LOBBY = "chat_lobby"
NEWS = "site.news"


def group_of(room):
    if re.fullmatch("[A-Za-z0-9_-]{1,94}", room):
        return f"chat_{room}"
    digest = base64.b32encode(hashlib.sha256(room.encode()).digest())
    return "chat_" + digest.decode().rstrip("=").lower()


def said(words, who):
    """What all of the site sends to a room; the consumers read each of these."""
    return {
        "type": "chat_message",
        "message": words,
        "username": who,
        "user": who,
        "sent_at": datetime.now(timezone.utc).isoformat(),
        "mentions": [],
        "meta": {"likes": 0, "edited": None, "score": 0.5, "big": 2**60},
    }
