"""``manage.py rollback_batch``: moves taken back, of a run, of a rule version, of one move or of a rollback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lifecycle.engine.locks import LifecycleBusy
from lifecycle.engine.rollback import Batch, Effect, RollbackRefused, preview, roll_back
from lifecycle.management.arguments import user_called
from lifecycle.models import Evaluation, Rollback, Transition, TransitionRule

WHAT = {
    "evaluation": (Evaluation, "evaluation", "all moves of a run"),
    "rule": (TransitionRule, "rule", "all moves of a version of a rule"),
    "transition": (Transition, "transition", "one move"),
    "undo": (Rollback, "undoes", "what a rollback took"),
}


class Command(BaseCommand):
    help = (
        "Bring customers back to the tags they were in before a run, a rule or a move; whom somebody changed since is "
        "left alone and named. It is recorded and can be undone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        for name, (_, _, said) in WHAT.items():
            which.add_argument(f"--{name}", type=int, metavar="ID", help=said)
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who answers for it")
        parser.add_argument("--reason", required=True, help="stands in the history")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")

    def handle(self, *, by: str, reason: str, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        batch = self._batch(options)
        user = user_called(by)
        effects = preview(batch, now=now)
        if not dry_run:
            try:
                made = roll_back(batch, by=user, reason=reason, now=now)
            except (RollbackRefused, LifecycleBusy) as error:
                raise CommandError(str(error)) from error
            self.stdout.write(
                f"Rollback {made.id}: {made.restored:,} customers brought back, {made.left_alone:,} left alone. "
                f"Undo it with --undo {made.id}."
            )
        elif not effects:
            raise CommandError(f"There is nothing to take back in {batch}.")
        self.stdout.write("\n".join(_told(effects)))

    def _batch(self, options: dict[str, Any]) -> Batch:
        name = next(name for name in WHAT if options[name] is not None)
        model, field, _ = WHAT[name]
        number = options[name]
        found = model._default_manager.filter(id=number).first() if 0 < number < 2**63 else None
        if found is None:
            raise CommandError(f"There is no {model._meta.verbose_name} {number}.")
        return replace(Batch(), **{field: found})  # type: ignore[arg-type]  # the model that the field is of


def _told(effects: tuple[Effect, ...]) -> Iterator[str]:
    for one in effects:
        what = f"left alone: {one.left_because.label}" if one.left_because else f"back to {one.back_to}"
        others = ", …" if one.customers > len(one.examples) else ""
        yield f"{one.customers:>9,}  {one.leaves:<12} {what} ({', '.join(one.examples)}{others})"
