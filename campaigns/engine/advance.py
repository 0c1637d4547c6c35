"""When a step that a customer reaches is due."""

from __future__ import annotations

from datetime import datetime

from campaigns.definition.kinds import WaitFor
from campaigns.definition.parts import Step
from campaigns.rules.schedule import due_after


def due_of(step: Step, start: datetime, zone: str) -> datetime:
    """When a step that a customer reaches at an instant is due; a wait for something: when it is over."""
    if not isinstance(step.settings, WaitFor):
        return due_after(start, step.after, zone, step.window)
    return due_after(due_after(start, step.after, zone), step.settings.timeout, zone, step.window)


def awaits(step: Step) -> str | None:
    return step.settings.event if isinstance(step.settings, WaitFor) else None
