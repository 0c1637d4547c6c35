"""``manage.py forget_messages EXTERNAL_ID``: erases the texts and addresses of what was sent to a customer."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from campaigns.engine.forgetting import forget_messages
from lifecycle.models import Customer


class Command(BaseCommand):
    help = (
        "Takes a customer out of all campaigns and erases texts and addresses of its messages. What became of each, "
        "its consents and the suppression of its addresses stay."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("external_id", metavar="EXTERNAL_ID")

    def handle(self, *, external_id: str, **options: Any) -> None:
        found = None if "\x00" in external_id else Customer.objects.filter(external_id=external_id).first()
        if found is None:
            raise CommandError(f"There is no customer {external_id!r}.")
        number = forget_messages(customer=found, by=None, now=timezone.now())
        self.stdout.write(f"{number:,} messages forgotten.")
