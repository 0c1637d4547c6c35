"""How far customers come in a campaign: counted of those whom a person sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError
from django.db.models import Count, Q, QuerySet

from campaigns.models import Campaign, Channel, Delivery, Enrollment, EnrollmentState, RunState, StepRun
from lifecycle.queries import COUNT_SECONDS, in_portfolio, patience

DAYS = 30
_SENT = ("accepted", "delivered", "opened", "clicked", "bounced", "complained")
_MESSAGES: dict[str, tuple[str, object]] = {
    "sent": ("state__in", _SENT),
    "opened": ("opened_at__isnull", False),
    "clicked": ("clicked_at__isnull", False),
    "not_sent": ("state__in", ("skipped", "failed")),
}
_EMAILS = {
    "arrived": Count("id", filter=Q(channel=Channel.EMAIL, state__in=_SENT) & ~Q(state="bounced")),
    "opened": Count("id", filter=Q(channel=Channel.EMAIL, opened_at__isnull=False)),
}


@dataclass(frozen=True, slots=True)
class AtStep:
    """Of one step: who waits at it now; of those who entered in the last 30 days, who came past it, and messages."""

    waiting: int = 0
    done: int = 0
    skipped: int = 0
    failed: int = 0
    sent: int = 0
    opened: int = 0
    clicked: int = 0
    not_sent: int = 0


@dataclass(frozen=True, slots=True)
class Funnel:
    """Customers who entered in the last 30 days; ``steps``: by key."""

    entered: int = 0
    inside: int = 0
    completed: int = 0
    left: int = 0
    converted: int = 0
    steps: dict[str, AtStep] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InShort:
    """A campaign in its list. ``inside``: now; the rest of 30 days. ``opened``: of the emails that ``arrived``, which
    are those that did not bounce."""

    inside: int = 0
    entered: int = 0
    converted: int = 0
    sent: int = 0
    arrived: int = 0
    opened: int = 0


def funnel(
    campaign: Campaign, *, user: Any, now: datetime, since: datetime | None = None, until: datetime | None = None
) -> Funnel | None:
    """Of those who entered in the last 30 days, or in a period. ``None``: counting took too long."""
    try:
        with patience(COUNT_SECONDS):
            return _funnel(campaign, user, since or now - timedelta(days=DAYS), until or now)
    except OperationalError:
        return None


def in_short(campaigns: Iterable[Campaign], *, user: Any, now: datetime) -> dict[int, InShort]:
    """By campaign; nothing if counting took too long."""
    ids, since = [one.id for one in campaigns], now - timedelta(days=DAYS)
    enrollments = in_portfolio(Enrollment.objects.filter(campaign__in=ids), user).order_by()
    deliveries = in_portfolio(Delivery.objects.filter(campaign__in=ids, planned_at__gte=since), user).order_by()
    counts: dict[int, dict[str, int]] = {one: {} for one in ids}
    try:
        with patience(COUNT_SECONDS):
            asked: tuple[tuple[QuerySet[Any], dict[str, Count]], ...] = (
                (enrollments.filter(state=EnrollmentState.ACTIVE), {"inside": Count("id")}),
                (
                    enrollments.filter(entered_at__gte=since),
                    {"entered": Count("id"), "converted": Count("id", filter=Q(converted_at__isnull=False))},
                ),
                (deliveries, _messages("sent") | _EMAILS),
            )
            for rows, wanted in asked:
                for found in map(dict, rows.values("campaign").annotate(**wanted)):
                    counts[found.pop("campaign")].update(found)
    except OperationalError:
        return {}
    return {one: InShort(**values) for one, values in counts.items()}


def _messages(*names: str, way: str = "") -> dict[str, Count]:
    """Counts of messages. ``way``: from a row to its message, if it is none itself."""
    found = {name: _MESSAGES[name] for name in names}
    return {name: Count(f"{way}id", filter=Q(**{way + which: value})) for name, (which, value) in found.items()}


def _funnel(campaign: Campaign, user: Any, since: datetime, until: datetime) -> Funnel:
    theirs = Enrollment.objects.filter(campaign=campaign, entered_at__gte=since, entered_at__lte=until)
    entered = in_portfolio(theirs, user).order_by()
    totals = entered.aggregate(
        entered=Count("id"),
        inside=Count("id", filter=Q(state=EnrollmentState.ACTIVE)),
        completed=Count("id", filter=Q(state=EnrollmentState.COMPLETED)),
        left=Count("id", filter=Q(state__in=(EnrollmentState.EXITED, EnrollmentState.CANCELLED))),
        converted=Count("id", filter=Q(converted_at__isnull=False)),
    )
    steps: dict[str, dict[str, int]] = {}
    standing = (RunState.WAITING, RunState.FROZEN)
    waiting = in_portfolio(StepRun.objects.filter(campaign=campaign, state__in=standing), user).order_by()
    # No step is due before its customer has entered; said here, it spares the runs of all earlier days.
    past = StepRun.objects.filter(campaign=campaign, due_at__gte=since, enrollment__in=entered.values("id")).order_by()
    ends = (RunState.DONE, RunState.SKIPPED, RunState.FAILED)
    came = {str(one): Count("id", filter=Q(state=one)) for one in ends}
    for rows, wanted in ((waiting, {"waiting": Count("id")}), (past, came | _messages(*_MESSAGES, way="delivery__"))):
        counted: Iterable[dict[str, Any]] = map(dict, rows.values("step").annotate(**wanted))
        for found in counted:
            steps.setdefault(found.pop("step"), {}).update(found)
    return Funnel(**totals, steps={key: AtStep(**counts) for key, counts in steps.items()})
