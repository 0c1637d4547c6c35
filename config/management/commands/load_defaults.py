"""``manage.py load_defaults``: everything that is shipped and not there yet."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from analytics.engine.defaults import load_defaults as load_targets
from campaigns.engine.defaults import load_defaults as load_campaign_defaults
from config.schedule import load_schedule
from customer_success.engine.defaults import load_defaults as load_success_defaults
from lifecycle.engine.defaults import load_defaults


class Command(BaseCommand):
    help = (
        "Load what is shipped and not there yet: lifecycles, rules, tiers, scorecards, campaigns, targets, periodic "
        "tasks."
    )

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        loaded = [
            *load_defaults(now=now),
            *load_success_defaults(now=now),
            *load_campaign_defaults(now=now),
            *load_targets(now=now),
            *load_schedule(),
        ]
        for line in loaded:
            self.stdout.write(f"Loaded {line}.")
        if not loaded:
            self.stdout.write("Everything that is shipped is there already.")
