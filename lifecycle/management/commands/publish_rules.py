"""``manage.py publish_rules``: drafts put in force, or in shadow, after saying whom each changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from lifecycle import queries
from lifecycle.engine.locks import LifecycleBusy
from lifecycle.engine.publishing import SecondPersonNeeded, publish, put_in_shadow
from lifecycle.engine.rules import RuleNotEditable
from lifecycle.management.arguments import lifecycle_called, user_called
from lifecycle.models import Customer, Lifecycle, RuleState, TransitionRule
from lifecycle.queries.lists import UNTAGGED


class Command(BaseCommand):
    help = (
        "Put drafts in force in place of the published versions, each after saying whom it changes at once; or, with "
        "--shadow, have them decided by live without moving anybody. By its key, what is in shadow is published, too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("keys", nargs="*", metavar="KEY", help="keys of the rules; default: all drafts")
        parser.add_argument("--lifecycle", default="learning")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who answers for it")
        parser.add_argument("--shadow", action="store_true", help="run them in shadow instead: they move nobody")
        parser.add_argument("--dry-run", action="store_true", help="say whom each would change by itself, and stop")

    def handle(self, *, keys: list[str], lifecycle: str, by: str, shadow: bool, dry_run: bool, **options: Any) -> None:
        found = lifecycle_called(lifecycle)
        user = user_called(by)
        drafts = _versions(found, RuleState.DRAFT)
        if keys and not shadow:
            drafts = {**_versions(found, RuleState.SHADOW), **drafts}
        if unknown := [key for key in keys if key not in drafts]:
            raise CommandError(
                f"“{found}” has no draft of {', '.join(unknown)}. There are: {', '.join(drafts) or 'none'}."
            )
        if not drafts:
            raise CommandError(f"“{found}” has no drafts.")
        for key in keys or drafts:
            self.stdout.write("\n".join(_told(drafts[key])))
            if not dry_run:
                try:
                    with pghistory.context(user=user.id):
                        if shadow:
                            put_in_shadow(rule=drafts[key], now=timezone.now())
                        else:
                            publish(rule=drafts[key], by=user, now=timezone.now())
                except (RuleNotEditable, SecondPersonNeeded, LifecycleBusy) as error:
                    raise CommandError(str(error)) from error
                self.stdout.write("  In shadow now." if shadow else "  In force now.")


def _versions(lifecycle: Lifecycle, state: str) -> dict[str, TransitionRule]:
    return {rule.key: rule for rule in queries.rules().filter(lifecycle=lifecycle, state=state)}


def _told(rule: TransitionRule) -> Iterator[str]:
    found = queries.impact(rule, as_of=timezone.now(), named=Customer.objects.none())
    yield f"{rule}: of the {found.looked_at:,} customers in the tags it concerns"
    for one in found.changes:
        start, before, after = (tag.code if tag else None for tag in (one.start, one.before, one.after))
        instead = f"the rules in force move them to {before}" if before else "they stay by the rules in force"
        would = f"would move to {after}" if after else "would stay"
        yield f"  {one.customers:>9,} in {start or UNTAGGED} {would}; {instead}"
    yield from (f"  Mind: {sentence}" for sentence in queries.lint(rule))
