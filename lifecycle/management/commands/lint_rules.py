"""``manage.py lint_rules``: what is allowed and yet likely a mistake about the rules of a lifecycle."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lifecycle import queries
from lifecycle.management.arguments import lifecycle_called

FOUND = 1


class Command(BaseCommand):
    help = (
        "Name tags that no rule leads to, rules that can never hold or never get their turn, overlap at one priority, "
        "rules that never rest, metrics without data, and fractions where percent are meant. "
        "Exit code: 0 nothing found, 1 something found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lifecycle", default="learning")
        parser.add_argument("--drafts", action="store_true", help="as if the drafts were published")
        parser.add_argument("--format", dest="output", choices=("text", "json"), default="text")

    def handle(self, *, lifecycle: str, drafts: bool, output: str, **options: Any) -> None:
        found = lifecycle_called(lifecycle)
        findings = queries.lint_lifecycle(found, with_drafts=drafts)
        if output == "json":
            rows = [{"kind": one.kind.value, "rule": one.key, "sentence": one.sentence} for one in findings]
            self.stdout.write(json.dumps(rows))
        else:
            lines = [one.sentence for one in findings] or [f"Nothing to say about the rules of “{found}”."]
            self.stdout.write("\n".join(lines))
        if findings:
            sys.exit(FOUND)
