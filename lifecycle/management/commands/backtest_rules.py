"""``manage.py backtest_rules``: what rules would have done over stored history, beside the rules in force."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from lifecycle.engine.backtests import drafts
from lifecycle.engine.exchange import ImportedRules, read_rules
from lifecycle.engine.locks import LifecycleBusy
from lifecycle.engine.passes import EvaluationLoop
from lifecycle.engine.rules import RuleText, text_of
from lifecycle.engine.simulate import Backtest, Foretelling, Outcome, backtest
from lifecycle.engine.switches import AutomationOff
from lifecycle.management.arguments import day, lifecycle_called, rule_file
from lifecycle.models import Lifecycle
from lifecycle.rules.notations import NotationError

DRAFTS = "draft"


class Command(BaseCommand):
    help = (
        "Try rules on stored history, day by day, as it was known at each day's end: the moves, what would wait for "
        "people, who would go back and forth, for whom it differs, how well risk was foretold. Nothing is changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lifecycle", default="learning")
        parser.add_argument(
            "--rules", default=DRAFTS, metavar="FILE|draft",
            help="a file for import_rules, or “draft” for all drafts of the lifecycle; each in place of its key's rule",
        )  # fmt: skip
        parser.add_argument("--from", dest="first", type=day, required=True, metavar="DATE")
        parser.add_argument("--to", dest="last", type=day, required=True, metavar="DATE")
        parser.add_argument("--no-ask", dest="asks", action="store_false", help="leave the review policy aside")
        parser.add_argument("--format", dest="output", choices=("text", "json"), default="text")

    def handle(
        self, *, lifecycle: str, rules: str, first: date, last: date, asks: bool, output: str, **options: Any
    ) -> None:
        found = lifecycle_called(lifecycle)
        tried = drafts_of(found) if rules == DRAFTS else self._rules_in(Path(rules), found)
        try:
            with tqdm(unit="day", file=sys.stderr, disable=None) as bar:

                def progress(done: int, total: int) -> None:
                    bar.total = total
                    bar.update(done - bar.n)

                tested = backtest(
                    lifecycle=found, tried=tried, first=first, last=last, now=timezone.now(), asks=asks,
                    progress=progress,
                )  # fmt: skip
        except (ValueError, LifecycleBusy, AutomationOff, EvaluationLoop) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_as_json(tested) if output == "json" else "\n".join(_as_text(tested)))

    def _rules_in(self, file: Path, lifecycle: Lifecycle) -> list[tuple[str, RuleText]]:
        done = ImportedRules()
        try:
            tried = list(read_rules(lifecycle=lifecycle, document=rule_file(file), done=done))
        except NotationError as error:
            raise CommandError(str(error)) from error
        if done.refused:
            raise CommandError("\n".join(done.refused))
        return tried


def drafts_of(lifecycle: Lifecycle) -> list[tuple[str, RuleText]]:
    found = drafts(lifecycle)
    if not found:
        raise CommandError(f"“{lifecycle}” has no drafts; write one in the admin, or name a file with --rules.")
    return [(rule.key, text_of(rule)) for rule in found]


def _as_json(tested: Backtest) -> str:
    return json.dumps(asdict(tested), default=str)


def _as_text(tested: Backtest) -> Iterator[str]:
    before, after = tested.before, tested.after
    yield (
        f"{tested.lifecycle} from {tested.first} to {tested.last}, {tested.customers:,} customers. "
        f"Tried: {', '.join(tested.tried) or 'nothing'}."
    )
    yield from _table("At the end in", before.states, after.states)
    yield from _table("Moves", before.moves, after.moves)
    yield from _table("Waiting for people, in the week of", before.asked_a_week, after.asked_a_week)
    yield from _table("Back and forth within 14 days", _restless(before), _restless(after))
    if tested.foretold_before or tested.foretold_after:
        yield "\nRules into risk, and who churned within 90 days"
    for name, foretold in (("in force", tested.foretold_before), ("tried", tested.foretold_after)):
        yield from (_foretelling(name, one) for one in foretold)
    yield f"\n{tested.different:,} customers end in another tag."
    yield from (f"  {one.name}: {one.before} in force, {one.after} tried" for one in tested.examples[:10])


def _restless(outcome: Outcome) -> dict[str, int]:
    return {"customers": outcome.flapping, "times": outcome.returns}


def _table(title: str, before: dict[str, int], after: dict[str, int]) -> Iterator[str]:
    keys = sorted(before.keys() | after.keys()) if _are_days({*before, *after}) else [*dict.fromkeys((*before, *after))]
    if keys:
        yield f"\n{title:<40}{'in force':>10}{'tried':>10}{'':>4}change"
    for key in keys:
        old, new = before.get(key, 0), after.get(key, 0)
        change = f"{new - old:+,}" if new != old else ""
        yield f"  {key.replace('>', ' → '):<38}{old:>10,}{new:>10,}{change:>10}"


def _are_days(keys: Iterable[str]) -> bool:
    return all(key[:4].isdigit() for key in keys)


def _foretelling(name: str, one: Foretelling) -> str:
    precision = f"{one.precision:.0%} of {one.judged:,}" if one.precision is not None else "nothing to judge yet"
    recall = f"{one.recall:.0%} of {one.churned:,}" if one.recall is not None else "nobody churned"
    lead = f", {one.lead_days:.0f} days ahead" if one.lead_days is not None else ""
    return f"  {name:<10}{one.key:<28}{one.flagged:>6,} flagged; right in {precision}; foretold {recall}{lead}"
