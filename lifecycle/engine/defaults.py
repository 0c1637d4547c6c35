"""The lifecycles that are shipped, from ``lifecycle/shipped``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from lifecycle.models import Lifecycle, StatusTag, TransitionRule
from lifecycle.sql import statements
from lifecycle.sql.past import MARK_EVERYBODY

from .rules import RuleText, publish, write_draft

SHIPPED = Path(__file__).resolve().parent.parent / "shipped"


def load_defaults(*, now: datetime) -> list[str]:
    """Load what is shipped and not there yet, and return a line for each thing loaded.

    What is there stays as people made it, so this can be run at every start.
    """
    return [line for path in sorted(SHIPPED.glob("*.json")) for line in _load(json.loads(path.read_text()), now)]


@transaction.atomic
def _load(shipped: dict[str, Any], now: datetime) -> Iterator[str]:
    lines: list[str] = []
    lifecycle, is_new = Lifecycle.objects.get_or_create(
        code=shipped["code"], defaults={"name": shipped["name"], "description": shipped["description"]}
    )
    if is_new:
        lines.append(f"lifecycle {lifecycle.code}")
    for position, values in enumerate(shipped["tags"], start=1):
        _, is_new = StatusTag.objects.get_or_create(
            lifecycle=lifecycle, code=values["code"], defaults={**values, "position": position}
        )
        if is_new:
            lines.append(f"tag {values['code']}")
    enroll_everybody(lifecycle=lifecycle)
    tags = {tag.code: tag for tag in lifecycle.tags.all()}
    for values in shipped["rules"]:
        if TransitionRule.objects.filter(lifecycle=lifecycle, key=values["key"]).exists():
            continue
        text = RuleText(
            name=values["name"],
            to_tag=tags[values["to"]],
            from_tags=tuple(tags[code] for code in values["from"]),
            conditions=values["conditions"],
            priority=values["priority"],
        )
        publish(rule=write_draft(lifecycle=lifecycle, key=values["key"], text=text), by=None, now=now)
        lines.append(f"rule {values['key']}")
    return iter(lines)


def wake(*, lifecycle: Lifecycle) -> None:
    """Look at everybody again, as after a time in which the lifecycle was not active and nobody was marked."""
    with connection.cursor() as cursor:
        cursor.execute(MARK_EVERYBODY, {"lifecycle": lifecycle.id})


def enroll_everybody(*, lifecycle: Lifecycle) -> int:
    """Give every customer a status in the lifecycle, at its first tag; returns how many were without one."""
    with connection.cursor() as cursor:
        cursor.execute(statements.ENROLL_EVERYBODY, {"lifecycle": lifecycle.id})
        return int(cursor.fetchone()[0])
