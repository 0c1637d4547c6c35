"""How often customers were asked for a favour, who may be asked now, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from customer_success.models import (
    AdvocacyActivity,
    AdvocacyPolicy,
    AdvocacyStatus,
    AdvocacyType,
    AlertKind,
    HealthAlert,
    HealthLevel,
)
from customer_success.rules.advocacy import NOT_ASKED_WHILE, OPEN_ASKS, AskHistory, AskLimits, Refusal, refusals
from lifecycle.models import Customer, CustomerStatus

from .accounts import LIFECYCLE


@dataclass(frozen=True, slots=True)
class AdvocacyMetrics:
    """Spec 3, "Advocacy Metrics". The rate: completed, of those that were completed or declined, in percent."""

    total_advocates: int
    case_studies_published: int
    testimonials_collected: int
    reference_calls_completed: int
    advocacy_success_rate: Decimal | None


def activities() -> QuerySet[AdvocacyActivity]:
    return AdvocacyActivity.objects.select_related("customer", "owner")


def advocacy_policy() -> AdvocacyPolicy:
    """The one row, or what is shipped while there is none."""
    return AdvocacyPolicy.objects.first() or AdvocacyPolicy()


def ask_limits(policy: AdvocacyPolicy) -> AskLimits:
    return AskLimits(policy.asks, policy.within_days, policy.open_at_once, policy.days_after_decline)


def ask_refusals(customer: Customer, *, now: datetime) -> tuple[Refusal, ...]:
    """What speaks against asking a customer now; empty if it may be asked."""
    limits = ask_limits(advocacy_policy())
    row: Any = with_ask_history(Customer.objects.filter(pk=customer.pk), limits).get()
    history = AskHistory(row.nth_asked_at, row.open_asks, row.last_declined_at, row.is_in_red_zone, row.account_tag)
    return tuple(refusals(limits, history, now=now))


def with_ask_history(customers: QuerySet[Customer], limits: AskLimits) -> QuerySet[Customer]:
    """Customers with what the rules of asking read."""
    theirs = AdvocacyActivity.objects.filter(customer=OuterRef("pk"))
    asked = theirs.filter(requested_at__isnull=False).order_by("-requested_at").values("requested_at")
    declined = theirs.filter(declined_at__isnull=False).order_by("-declined_at").values("declined_at")
    is_open = theirs.filter(status__in=OPEN_ASKS).order_by().values("customer").annotate(number=Count("*"))
    alerts = HealthAlert.objects.filter(customer=OuterRef("pk"), kind=AlertKind.RED_ZONE, ended_at=None)
    status = CustomerStatus.objects.filter(customer=OuterRef("pk"), lifecycle__code=LIFECYCLE)
    return customers.annotate(
        nth_asked_at=Subquery(asked[limits.asks - 1 : limits.asks]),
        last_asked_at=Subquery(asked[:1]),
        last_declined_at=Subquery(declined[:1]),
        open_asks=Coalesce(Subquery(is_open.values("number")), 0),
        is_in_red_zone=Exists(alerts),
        account_tag=Subquery(status.values("tag__code")[:1]),
    )


def candidates(customers: QuerySet[Customer], *, now: datetime) -> QuerySet[Customer]:
    """Who is ready to be asked: healthy, a promoter, and not asked too often; the healthiest first."""
    policy = advocacy_policy()
    limits = ask_limits(policy)
    ready = customers.filter(
        health__level__in=(HealthLevel.EXCELLENT, HealthLevel.GOOD), account__profile__nps_score__gte=policy.min_nps
    )
    asked = with_ask_history(ready, limits).filter(_may_be_asked(limits, now))
    return asked.select_related("health", "account__profile", "owner").order_by(
        "-health__score", "-account__profile__nps_score", "id"
    )


def advocacy_metrics(rows: QuerySet[AdvocacyActivity]) -> AdvocacyMetrics:
    done = Q(status=AdvocacyStatus.COMPLETED)
    found = rows.order_by().aggregate(
        advocates=Count("customer", distinct=True, filter=done),
        case_studies=Count("id", filter=done & Q(type=AdvocacyType.CASE_STUDY)),
        testimonials=Count("id", filter=done & Q(type=AdvocacyType.TESTIMONIAL)),
        calls=Count("id", filter=done & Q(type=AdvocacyType.REFERENCE_CALL)),
        completed=Count("id", filter=done),
        declined=Count("id", filter=Q(status=AdvocacyStatus.DECLINED)),
    )
    answered = found["completed"] + found["declined"]
    rate = (Decimal(100 * found["completed"]) / answered).quantize(Decimal("0.1"), ROUND_HALF_UP) if answered else None
    return AdvocacyMetrics(found["advocates"], found["case_studies"], found["testimonials"], found["calls"], rate)


def _may_be_asked(limits: AskLimits, now: datetime) -> Q:
    """The conditions of ``rules.advocacy.refusals`` in SQL; a test holds both together."""
    asked_before, declined_before = (
        now - timedelta(days=days) for days in (limits.within_days, limits.days_after_decline)
    )
    return (
        (Q(nth_asked_at=None) | Q(nth_asked_at__lte=asked_before))
        & (Q(last_declined_at=None) | Q(last_declined_at__lte=declined_before))
        & Q(open_asks__lt=limits.open_at_once, is_in_red_zone=False)
        & (Q(account_tag=None) | ~Q(account_tag__in=NOT_ASKED_WHILE))
    )
