"""``manage.py open_accounts FILE``: accounts from a CSV file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from customer_success.engine.account_files import COLUMNS, FileRefused, open_accounts

MOST_SHOWN = 50


class Command(BaseCommand):
    help = (
        f"Open accounts from a CSV file with the columns {', '.join(COLUMNS)}; only external_id has to be there. "
        "Customers that are not there yet are created. All accounts are opened, or none: "
        "exit code 2 with a sentence for each bad line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            with (
                file.open(encoding="utf-8-sig", newline="") as lines,
                tqdm(unit=" lines", file=sys.stderr, disable=None) as bar,
            ):
                opened = open_accounts(file=lines, now=timezone.now(), on_line=lambda number: bar.update())
        except OSError as error:
            self.refuse([f"{file} cannot be read: {error.strerror}."])
        except FileRefused as refused:
            self.refuse(refused.problems)
        self.stdout.write(f"{opened:,} account{'' if opened == 1 else 's'} opened.")

    def refuse(self, problems: list[str]) -> None:
        for problem in problems[:MOST_SHOWN]:
            self.stderr.write(problem)
        if (more := len(problems) - MOST_SHOWN) > 0:
            self.stderr.write(f"And {more:,} more.")
        self.stderr.write(self.style.ERROR("No account was opened."))
        sys.exit(2)
