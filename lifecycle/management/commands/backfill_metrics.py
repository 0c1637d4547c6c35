"""``manage.py backfill_metrics --days=N``: what customers did on the last days, summed up again."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from lifecycle.engine.collect import backfill
from lifecycle.engine.locks import CollectingAlready


class Command(BaseCommand):
    help = (
        "Sum up the last complete days of everybody again from their events, and the windows that rules read. "
        "A backfill that was interrupted goes on when it is started again; a finished one changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="how many complete days before today; default 7")

    def handle(self, *, days: int, **options: Any) -> None:
        try:
            with tqdm(total=max(days, 0), unit="day", file=sys.stderr, disable=None) as bar:
                done = backfill(days=days, now=timezone.now(), progress=lambda day, _: bar.update(day - bar.n))
        except (ValueError, CollectingAlready) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{days:,} days summed up: {done.days:,} days of customers written, {done.customers:,} customers have "
            "other windows now."
        )
