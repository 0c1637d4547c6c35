"""``manage.py verify_history``: whether each customer's tag follows from what was known, the rules and the people."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from lifecycle.engine.verify import Verified, verify_history
from lifecycle.management.arguments import lifecycle_called

DOUBTED = 1
MOST_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Derive the tags of a lifecycle's customers anew, move by move, from what was known at each instant, and name "
        "the first step of each customer that does not follow. Nothing is changed. "
        "Exit code: 0 everything follows, 1 something does not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lifecycle", default="learning")
        parser.add_argument("--sample", type=int, metavar="N", help="only so many customers, chosen by --seed")
        parser.add_argument("--seed", default="", help="any word; the same one chooses the same customers")
        parser.add_argument("--format", dest="output", choices=("text", "json"), default="text")

    def handle(self, *, lifecycle: str, sample: int | None, seed: str, output: str, **options: Any) -> None:
        if sample is not None and sample < 1:
            raise CommandError(f"--sample must be at least 1, not {sample}.")
        found = lifecycle_called(lifecycle)
        with tqdm(unit="instant", file=sys.stderr, disable=None) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            verified = verify_history(lifecycle=found, now=timezone.now(), sample=sample, seed=seed, progress=progress)
        self.stdout.write(json.dumps(asdict(verified), default=str) if output == "json" else _as_text(verified))
        if verified.doubts:
            sys.exit(DOUBTED)


def _as_text(verified: Verified) -> str:
    of = f"{verified.moves:,} moves of {verified.customers:,} customers in {verified.lifecycle}"
    left_open = f" {verified.open:,} cannot be judged: news came while they were made." if verified.open else ""
    if not verified.doubts:
        return f"{of} follow from what was known.{left_open}"
    lines = [f"{one.name}, {one.at:%Y-%m-%d %H:%M}: {one.cause}" for one in verified.doubts[:MOST_SHOWN]]
    more = len(verified.doubts) - len(lines)
    if more:
        lines.append(f"… and {more:,} more; --format json has all of them.")
    return "\n".join([f"{of}; {len(verified.doubts):,} customers with a step that does not follow.{left_open}", *lines])
