"""``manage.py evaluate LIFECYCLE``: decide and move, now or as of an instant."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from tqdm import tqdm

from lifecycle import queries
from lifecycle.engine.collect import catch_up
from lifecycle.engine.defaults import enroll_everybody
from lifecycle.engine.evaluate import evaluate_changed, evaluate_everybody
from lifecycle.engine.locks import CollectingAlready, LifecycleBusy
from lifecycle.engine.passes import EvaluationLoop, Tally
from lifecycle.engine.replay import evaluate_as_of
from lifecycle.engine.switches import AutomationOff
from lifecycle.management.arguments import instant, lifecycle_called
from lifecycle.models import Evaluation, Lifecycle, Transition


class Command(BaseCommand):
    help = "Evaluate customers that changed or are due; with --full or --as-of, everybody."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("lifecycle")
        parser.add_argument("--full", action="store_true", help="everybody, not only who changed or is due")
        parser.add_argument(
            "--as-of",
            type=instant,
            metavar="INSTANT",
            help="everybody, over what had happened by then; a day means its end",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and undo it")
        parser.add_argument("--format", dest="output", choices=("text", "json"), default="text")

    def handle(
        self, *, lifecycle: str, full: bool, as_of: datetime | None, dry_run: bool, output: str, **options: Any
    ) -> None:
        found = lifecycle_called(lifecycle)
        now = timezone.now()
        if as_of is not None and as_of > now:
            raise CommandError(f"{as_of.isoformat()} lies in the future; an evaluation goes by what has happened.")
        last = Transition.objects.aggregate(last=Max("id"))["last"] or 0
        try:
            with transaction.atomic() if dry_run else nullcontext():
                tally = self._evaluate(found, full, as_of, now)
                moves = queries.moves_after(found, last)
                if dry_run:
                    transaction.set_rollback(True)
        except (LifecycleBusy, CollectingAlready, AutomationOff, EvaluationLoop) as error:
            raise CommandError(str(error)) from error
        self._report(found, as_of or now, tally, moves=moves, dry_run=dry_run, output=output)

    def _evaluate(self, lifecycle: Lifecycle, full: bool, as_of: datetime | None, now: datetime) -> Tally:
        with tqdm(unit="customer", file=sys.stderr, disable=None) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            if as_of is not None:
                return _tally(evaluate_as_of(lifecycle=lifecycle, as_of=as_of, now=now, progress=progress))
            catch_up(now=now)
            if full:
                enroll_everybody(lifecycle=lifecycle)
                return _tally(evaluate_everybody(lifecycle=lifecycle, as_of=now, now=now, progress=progress))
            return evaluate_changed(lifecycle=lifecycle, as_of=now, now=now)

    def _report(
        self, lifecycle: Lifecycle, as_of: datetime, tally: Tally, *, moves: dict[str, int], dry_run: bool, output: str
    ) -> None:
        if output == "json":
            values = {
                "lifecycle": lifecycle.code,
                "as_of": as_of.isoformat(),
                "dry_run": dry_run,
                "evaluated": tally.evaluated,
                "moved": tally.moved,
                "waiting": tally.waiting,
                "transitions": moves,
            }
            self.stdout.write(json.dumps(values))
        else:
            moved, waits = ("would move", "would wait") if dry_run else ("moves", "wait")
            self.stdout.write(
                f"{tally.evaluated:,} customers evaluated: {tally.moved:,} {moved}, "
                f"{tally.waiting:,} {waits} for a person."
            )
            for move, count in moves.items():
                before, after = move.split(">")
                self.stdout.write(f"  {f'{before} → {after}':<32}{count:>8,}")


def _tally(evaluation: Evaluation) -> Tally:
    return Tally(evaluation.evaluated, evaluation.moved, evaluation.waiting)
