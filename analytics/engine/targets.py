"""Setting targets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypedDict, Unpack

from analytics.models import KpiTarget
from analytics.rules.kpis import problem_with


class TargetRefused(Exception):
    """A number that the key figure cannot reach, or that says nothing."""


class Changes(TypedDict, total=False):
    """What the figure should reach (``None``: nothing that is judged), and who answers for it."""

    target: Decimal | None
    owner: Any


def set_target(kpi: KpiTarget, **changes: Unpack[Changes]) -> KpiTarget:
    """What is left out stays as it is, also where somebody else changes it meanwhile."""
    if "target" in changes and kpi.kpi and (problem := problem_with(kpi.kpi, changes["target"])):
        raise TargetRefused(problem)
    for name, value in changes.items():
        setattr(kpi, name, value)
    kpi.save(update_fields=list(changes))
    return kpi
