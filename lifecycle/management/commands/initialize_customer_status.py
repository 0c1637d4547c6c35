"""``manage.py initialize_customer_status``: customers without a tag get the first one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from lifecycle.engine.transitions import TransitionNotAllowed, initialize
from lifecycle.management.arguments import lifecycle_called


class Command(BaseCommand):
    help = (
        "Give every customer without a status tag one, the first of the lifecycle by default. Who has one keeps it, "
        "and who is pinned without one stays so."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lifecycle", default="learning")
        parser.add_argument("--tag", help="code of the tag; default: the first of the lifecycle")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and undo it")

    def handle(self, *, lifecycle: str, tag: str | None, dry_run: bool, **options: Any) -> None:
        found = lifecycle_called(lifecycle)
        tags = {one.code: one for one in found.tags.order_by("position")}
        wanted = tags.get(tag) if tag else next(iter(tags.values()), None)
        if wanted is None:
            known = ", ".join(tags) or "none"
            raise CommandError(f"“{found}” has no status tag “{tag}”. It has: {known}.")
        try:
            with transaction.atomic():
                given = initialize(lifecycle=found, tag=wanted, now=timezone.now(), reason="Initial status")
                transaction.set_rollback(dry_run)
        except TransitionNotAllowed as error:
            raise CommandError(str(error)) from error
        what = f"and would have {wanted.code}; nothing was written" if dry_run else f"and have {wanted.code} now"
        self.stdout.write(f"{given:,} customers had no status tag in “{found}” {what}.")
