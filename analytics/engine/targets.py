"""Setting targets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from analytics.models import KpiTarget
from analytics.rules.kpis import problem_with


class TargetRefused(Exception):
    """A number that the key figure cannot reach, or that says nothing."""


def set_target(*, target: KpiTarget, value: Decimal | None, owner: Any) -> KpiTarget:
    """What the figure should reach (``None``: nothing that is judged), and who answers for it."""
    if target.kpi and (problem := problem_with(target.kpi, value)):
        raise TargetRefused(problem)
    target.target, target.owner = value, owner
    target.save(update_fields=["target", "owner"])
    return target
