"""What came of a scenario, read from the tables of its rehearsal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from campaigns.definition.outcome import Line
from campaigns.models import Delivery, DeliveryState, Enrollment
from customer_success.models import Task
from lifecycle.models import Customer, Notice


def lines_that_came(*, at_end: datetime, traits: Iterable[str]) -> list[Line]:
    """In the order in which they came; of traits those that are asked for."""
    found = [*_enrollments(), *_messages(), *_tasks(), *_alerts(), *_traits(at_end, traits)]
    return sorted(found, key=lambda one: one.at)


def _enrollments() -> Iterator[Line]:
    for one in Enrollment.objects.order_by("id"):
        ended = {"ended": one.ended_at, "reason": one.end_reason} if one.ended_at else {}
        yield Line("enrollment", one.entered_at, {"state": one.state, **ended})


def _messages() -> Iterator[Line]:
    for one in Delivery.objects.select_related("run").order_by("id"):
        waits = one.state == DeliveryState.PLANNED
        at = one.planned_at if waits else one.accepted_at or one.ended_at or one.sending_at or one.planned_at
        said = {
            "step": one.run.step if one.run else "",
            "channel": one.channel,
            "state": one.state,
            "template": one.template,
            "subject": one.subject,
            "reason": one.reason,
        }
        yield Line("message", at, {name: value for name, value in said.items() if value})


def _tasks() -> Iterator[Line]:
    for one in Task.objects.select_related("team").order_by("id"):
        team = {"team": one.team.code} if one.team else {}
        yield Line("task", one.created_at, {"title": one.title, "due": one.due_at, "state": one.state, **team})


def _alerts() -> Iterator[Line]:
    for one in Notice.objects.select_related("team").order_by("id"):
        yield Line("alert", one.created_at, {"title": getattr(one, "text", ""), "team": one.team.code})


def _traits(at_end: datetime, names: Iterable[str]) -> Iterator[Line]:
    customer = Customer.objects.get()
    for name in names:
        yield Line("trait", at_end, {"trait": name, "value": customer.traits.get(name)})
