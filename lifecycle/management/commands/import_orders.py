"""``manage.py import_orders FILE``: purchases from a CSV file."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from lifecycle.engine.orders import OPTIONAL, REQUIRED, Imported, ImportRefused, import_orders

SOME_REJECTED, NOTHING_DONE = 1, 2


class Command(BaseCommand):
    help = (
        "Import purchases from a CSV file with the columns customer_id, date, quantity, amount, and if there are any "
        "order_id and email. Importing a file again adds nothing. "
        "Exit code: 0 all imported, 1 some lines rejected, 2 nothing done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--column", action="append", default=[], type=_renaming, metavar="OURS=THEIRS",
            help="the file's own name of a column, such as date=ordered_on; may be given several times",
        )  # fmt: skip
        parser.add_argument(
            "--rejects",
            type=Path,
            help="where refused lines go with their number and reason; default: FILE.rejects.csv",
        )

    def handle(self, *, file: Path, column: list[tuple[str, str]], rejects: Path | None, **options: Any) -> None:
        try:
            with file.open("rb") as lines:
                total = sum(1 for _ in lines)
            with file.open("rb") as lines, tqdm(total=total, unit="line", file=sys.stderr, disable=None) as bar:
                imported = import_orders(file=lines, columns=dict(column), now=timezone.now(), on_lines=bar.update)
        except OSError as error:
            self._stop(f"{file} cannot be read: {error.strerror}.")
        except ImportRefused as refused:
            self._stop(str(refused))
        self._report(imported, rejects or file.with_name(f"{file.name}.rejects.csv"))

    def _stop(self, sentence: str) -> None:
        self.stderr.write(self.style.ERROR(sentence))
        sys.exit(NOTHING_DONE)

    def _report(self, imported: Imported, rejects: Path) -> None:
        self.stdout.write(
            f"{_counted(imported.stored, 'purchase')} imported, {imported.repeated:,} already there, "
            f"{_counted(len(imported.rejected), 'line')} rejected."
        )
        if not imported.rejected:
            return
        try:
            with rejects.open("w", newline="", encoding="utf-8", errors="backslashreplace") as out:
                writer = csv.writer(out)
                writer.writerow(("line", "reason", *imported.header))
                for one in sorted(imported.rejected, key=lambda rejected: rejected.line):
                    writer.writerow((one.line, one.reason, *one.cells))
            self.stderr.write(
                f"The rejected lines and their reasons are in {rejects}, which can be mended and imported in its turn."
            )
        except OSError as error:
            self.stderr.write(f"{rejects} cannot be written ({error.strerror}); the first reasons are:")
            for one in imported.rejected[:20]:
                self.stderr.write(f"  line {one.line}: {one.reason}")
        nothing = not imported.stored and not imported.repeated
        sys.exit(NOTHING_DONE if nothing else SOME_REJECTED)


def _renaming(text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not equals or not theirs or ours not in (*REQUIRED, *OPTIONAL):
        raise argparse.ArgumentTypeError(
            f"“{text}” is not OURS=THEIRS with OURS one of {', '.join((*REQUIRED, *OPTIONAL))}"
        )
    return ours, theirs


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
