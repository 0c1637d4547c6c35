"""``manage.py load_defaults``: everything that is shipped and not there yet."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.schedule import load_schedule
from customer_success.engine import defaults as customer_success
from lifecycle.engine import defaults as lifecycle


class Command(BaseCommand):
    help = "Load the shipped lifecycles, rules, task rules and periodic tasks. What is there stays as people made it."

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        loaded = [*lifecycle.load_defaults(now=now), *customer_success.load_defaults(now=now), *load_schedule()]
        for line in loaded:
            self.stdout.write(f"Loaded {line}.")
        if not loaded:
            self.stdout.write("Everything that is shipped is there already.")
