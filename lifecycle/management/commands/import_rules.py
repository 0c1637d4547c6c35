"""``manage.py import_rules FILE``: rules from a file, as drafts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

import pghistory
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from lifecycle.engine.exchange import import_rules
from lifecycle.engine.locks import LifecycleBusy
from lifecycle.engine.publishing import SecondPersonNeeded
from lifecycle.management.arguments import lifecycle_called, rule_file, user_called
from lifecycle.rules.notations import NotationError

SOME_REFUSED, NOTHING_DONE = 1, 2


class Command(BaseCommand):
    help = (
        "Write the rules of a JSON or YAML file as drafts: lists of conditions, typed lists, dictionaries, or what "
        "export_rules wrote. What is there already is not written again. "
        "Exit code: 0 all read, 1 some rules refused, 2 nothing done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--lifecycle", help="code; default: the one that the file names, otherwise learning")
        parser.add_argument(
            "--from", dest="start", action="append", default=[], metavar="CODE",
            help="where rules start that do not say it; may be given several times",
        )  # fmt: skip
        parser.add_argument("--publish", action="store_true", help="put the drafts in force")
        parser.add_argument("--by", metavar="USERNAME", help="who counts as their writer; default: nobody")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and undo it")

    def handle(
        self, *, file: Path, lifecycle: str | None, start: list[str], publish: bool, by: str | None, dry_run: bool,
        **options: Any,
    ) -> None:  # fmt: skip
        try:
            document = rule_file(file)
        except CommandError as error:
            self._stop(str(error))
        named = document.get("lifecycle") if isinstance(document, dict) else None
        try:
            found = lifecycle_called(lifecycle or (named if isinstance(named, str) else "learning"))
            user = user_called(by) if by is not None else None
            with transaction.atomic(), pghistory.context(user=user.id if user else None):
                done = import_rules(
                    lifecycle=found, document=document, now=timezone.now(), by=user, start=start, puts_in_force=publish
                )
                transaction.set_rollback(dry_run)
        except (NotationError, LifecycleBusy, SecondPersonNeeded, CommandError) as error:
            self._stop(str(error))
        for sentence in done.refused:
            self.stderr.write(f"Refused: {sentence}")
        for sentence in done.left_out:
            self.stderr.write(f"Left out: {sentence}")
        verb = "would be " if dry_run else ""
        what = "published" if publish else "written as drafts"
        self.stdout.write(
            f"{found}: {len(done.written)} {verb}{what}, {len(done.unchanged)} were there already, "
            f"{len(done.refused)} refused."
        )
        if done.refused:
            sys.exit(SOME_REFUSED if done.written or done.unchanged else NOTHING_DONE)

    def _stop(self, sentence: str) -> NoReturn:
        self.stderr.write(self.style.ERROR(sentence))
        sys.exit(NOTHING_DONE)
