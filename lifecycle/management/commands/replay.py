"""``manage.py replay LIFECYCLE --from DATE --to DATE``: history, day by day."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from lifecycle.engine.locks import CollectingAlready, LifecycleBusy
from lifecycle.engine.passes import EvaluationLoop
from lifecycle.engine.replay import Replayed, replay
from lifecycle.engine.switches import AutomationOff
from lifecycle.management.arguments import day, lifecycle_called


class Command(BaseCommand):
    help = (
        "Evaluate a lifecycle at the end of each day over what had happened by then. "
        "A replay that was interrupted goes on when it is started again; a finished one changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("lifecycle")
        parser.add_argument("--from", dest="first", type=day, required=True, metavar="DATE")
        parser.add_argument("--to", dest="last", type=day, required=True, metavar="DATE")
        parser.add_argument(
            "--ask", action="store_true", help="let moves wait for a person where the review policy says so"
        )
        parser.add_argument("--format", dest="output", choices=("text", "json"), default="text")

    def handle(self, *, lifecycle: str, first: date, last: date, ask: bool, output: str, **options: Any) -> None:
        if last > timezone.now().date():
            raise CommandError(f"{last} has not happened yet; a replay ends today at the latest.")
        days = (last - first).days + 1
        try:
            with tqdm(total=max(days, 0), unit="day", file=sys.stderr, disable=None) as bar:
                replayed = replay(
                    lifecycle=lifecycle_called(lifecycle),
                    first=first,
                    last=last,
                    now=timezone.now(),
                    asks=ask,
                    on_day=lambda _: bar.update(),
                )
        except (ValueError, LifecycleBusy, CollectingAlready, AutomationOff, EvaluationLoop) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_as_json(replayed) if output == "json" else _as_text(replayed))


def _as_json(replayed: Replayed) -> str:
    return json.dumps(
        {
            "lifecycle": replayed.lifecycle,
            "from": replayed.first.isoformat(),
            "to": replayed.last.isoformat(),
            "customers": replayed.customers,
            "states": replayed.states,
            "transitions": replayed.transitions,
        }
    )


def _as_text(replayed: Replayed) -> str:
    lines = [f"{replayed.lifecycle} from {replayed.first} to {replayed.last}: {replayed.customers:,} customers", ""]
    lines += [f"{count:>9,}  {state}" for state, count in replayed.states.items()]
    lines += ["", "Transitions"]
    lines += [f"{count:>9,}  {pair.replace('>', ' → ')}" for pair, count in replayed.transitions.items()]
    return "\n".join(lines)
