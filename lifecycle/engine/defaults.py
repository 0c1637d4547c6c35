"""The lifecycles that are shipped, from ``lifecycle/shipped``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from lifecycle.models import (
    CollectedMetrics,
    Customer,
    CustomerFacts,
    CustomerStatus,
    Lifecycle,
    NextCheck,
    ReviewPolicy,
    StatusTag,
    Synergy,
    Team,
    TransitionRule,
)
from lifecycle.sql import statements
from lifecycle.sql.past import MARK_EVERYBODY

from .publishing import publish
from .rules import RuleText, write_draft

SHIPPED = Path(__file__).resolve().parent.parent / "shipped"

# After so many new rows PostgreSQL is told to count what an evaluation reads together, or it would plan for a handful
# until its own time has come.
MANY = 10_000
READ_TOGETHER = (Customer, CustomerStatus, NextCheck, CustomerFacts, CollectedMetrics)


def load_defaults(*, now: datetime, only: str = "*") -> list[str]:
    """Load what is shipped and not there yet (``only``: one lifecycle), and return a line for each thing loaded.

    What is there stays as people made it, so this can be run at every start.
    """
    return [line for path in sorted(SHIPPED.glob(f"{only}.json")) for line in _load(json.loads(path.read_text()), now)]


@transaction.atomic
def _load(shipped: dict[str, Any], now: datetime) -> Iterator[str]:
    lines: list[str] = []
    lifecycle, is_new = Lifecycle.objects.get_or_create(
        code=shipped["code"],
        defaults={"name": shipped["name"], "description": shipped["description"], "is_set_up": True},
    )
    if is_new:
        lines.append(f"lifecycle {lifecycle.code}")
    for position, values in enumerate(shipped["tags"], start=1):
        defaults = {**values, "position": position}
        if StatusTag.objects.get_or_create(lifecycle=lifecycle, code=values["code"], defaults=defaults)[1]:
            lines.append(f"tag {values['code']}")
    teams = (
        values["code"]
        for values in shipped.get("teams", ())
        if Team.objects.get_or_create(code=values["code"], defaults=values)[1]
    )
    lines.extend(f"team {code}" for code in teams)
    if is_new and "review_policy" in shipped:
        ReviewPolicy.objects.create(lifecycle=lifecycle, **shipped["review_policy"])
    enroll_everybody(lifecycle=lifecycle)
    tags = {tag.code: tag for tag in lifecycle.tags.all()}
    for values in shipped.get("synergies", ()):
        where = {"product_tag": values["product_tag"], "tag": tags[values["tag"]]}
        Synergy.objects.get_or_create(**where, defaults={**values, **where})
    known = set(TransitionRule.objects.filter(lifecycle=lifecycle).values_list("key", flat=True))
    for values in shipped["rules"]:
        if values["key"] not in known:
            draft = write_draft(lifecycle=lifecycle, key=values["key"], text=_text(values, tags))
            publish(rule=draft, by=None, now=now, is_shipped=True)
            lines.append(f"rule {values['key']}")
    for values in shipped.get("drafts", ()):
        if values["key"] not in known:
            write_draft(lifecycle=lifecycle, key=values["key"], text=_text(values, tags))
            lines.append(f"draft of rule {values['key']}")
    return iter(lines)


def _text(values: dict[str, Any], tags: dict[str, StatusTag]) -> RuleText:
    written = {name: value for name, value in values.items() if name not in {"key", "from", "to"}}
    return RuleText(**written, to_tag=tags[values["to"]], from_tags=tuple(tags[code] for code in values["from"]))


def wake(*, lifecycle: Lifecycle) -> None:
    """Look at everybody again, as after a time in which the lifecycle was not active and nobody was marked."""
    with connection.cursor() as cursor:
        cursor.execute(MARK_EVERYBODY, {"lifecycle": lifecycle.id})


def enroll_everybody(*, lifecycle: Lifecycle) -> int:
    """Give every customer a status in the lifecycle, at its first tag; returns how many were without one."""
    with connection.cursor() as cursor:
        cursor.execute(statements.ENROLL_EVERYBODY, {"lifecycle": lifecycle.id})
        enrolled = int(cursor.fetchone()[0])
        if enrolled >= MANY:
            cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in READ_TOGETHER)}")
        return enrolled
