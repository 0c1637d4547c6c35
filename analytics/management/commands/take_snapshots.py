"""``manage.py take_snapshots --days 90``: the figures of the days that are missing, and what dashboards show first."""

from argparse import ArgumentParser
from datetime import UTC, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from analytics.engine.answers import keep_answers
from analytics.engine.snapshots import backfill

MOST_DAYS = 3650


class Command(BaseCommand):
    help = (
        "Keep what the reports say of each day that is missing. It may be ended and started again at any time. "
        "What dashboards show first is asked anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=90, help=f"how far back, 0 to {MOST_DAYS}; 0 is today alone")

    def handle(self, **options: Any) -> None:
        if not 0 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"--days has to be from 0 to {MOST_DAYS}.")
        now = timezone.now()
        since = now.astimezone(UTC).date() - timedelta(days=options["days"])
        with tqdm(total=options["days"] + 1, unit="day", disable=None) as bar:
            written = backfill(since=now.astimezone(UTC).date(), now=now)
            keep_answers(now=now)
            written += backfill(since=since, now=now, told=lambda _: bar.update())
        self.stdout.write(f"{written:,} day{'' if written == 1 else 's'} written.")
