from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.core.management.base import BaseCommand

from talk.rooms import group_of, said


class Command(BaseCommand):
    help = "Says something in a room, as cron does at noon."

    def add_arguments(self, parser):
        parser.add_argument("room")
        parser.add_argument("words", nargs="+")

    def handle(self, room, words, **options):
        for each in words:
            async_to_sync(get_channel_layer().group_send)(group_of(room), said(each, "cron"))
