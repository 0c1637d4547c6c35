"""``manage.py backfill_health --from DAY --to DAY``: health scores of days that are past, as known then."""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from customer_success.engine.backfill import backfill_health
from customer_success.engine.scoring import NoLifecycle, ScoringAlready


class Command(BaseCommand):
    help = (
        "Score everybody on past days by the scorecards in force now, from the events that were known then. What "
        "success profiles say has no history and counts as missing. A day that has a score keeps it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True, help="such as 2026-01-01")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True, help="such as 2026-03-31")
        parser.add_argument("--every", type=int, default=1, help="how many days from one to the next; default 1")

    def handle(self, *, first: date, last: date, every: int, **options: Any) -> None:
        try:
            with tqdm(unit="day", file=sys.stderr, disable=None) as bar:
                written = backfill_health(
                    first=first, last=last, every=every, now=timezone.now(),
                    progress=lambda day, _: bar.update(day - bar.n),
                )  # fmt: skip
        except (ValueError, OverflowError, ScoringAlready, NoLifecycle) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{written:,} health scores written.")
