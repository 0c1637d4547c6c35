"""``manage.py export_rules LIFECYCLE``: the rules in force as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lifecycle.engine.exchange import export_rules
from lifecycle.management.arguments import lifecycle_called


class Command(BaseCommand):
    help = "Write the rules in force as JSON; import_rules reads it back and finds nothing to change."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("lifecycle")

    def handle(self, *, lifecycle: str, **options: Any) -> None:
        rules = export_rules(lifecycle_called(lifecycle))
        self.stdout.write(json.dumps(rules, indent=2, ensure_ascii=False))
