"""Figures over many accounts (spec 3, "Customer Statistics" and "Onboarding Metrics"), a few statements each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Cast, NullIf

from customer_success.models import CustomerStatus, CustomerTier, OnboardingStatus
from lifecycle.models import Customer

from .accounts import LIFECYCLE, in_status

WITHOUT = "NONE"


@dataclass(frozen=True, slots=True)
class Statistics:
    """Averages are over the accounts of which the value is known, ``None`` where it is of none. The annual revenue is
    that of the accounts that have not churned."""

    total_customers: int
    customers_by_tier: Mapping[str, int]
    customers_by_status: Mapping[str, int]
    average_health_score: float | None
    total_annual_revenue: Decimal
    total_lifetime_value: Decimal
    at_risk_customers: int
    churned_customers: int
    onboarding_customers: int
    average_adoption_rate: float | None
    average_nps: float | None
    average_csat: float | None


@dataclass(frozen=True, slots=True)
class OnboardingFigures:
    """Days and percent; ``None`` where nothing is known."""

    total_onboarding: int
    completed_onboarding: int
    average_time_to_value: float | None
    average_onboarding_duration: float | None
    training_completion_rate: float | None
    onboarding_success_rate: float | None


def statistics(accounts: QuerySet[Customer]) -> Statistics:
    """Of customers that are accounts."""
    plain = accounts.select_related(None).prefetch_related(None).order_by()
    tiers = dict(plain.values_list("tier").annotate(number=Count("id")))
    standing = plain.filter(statuses__lifecycle__code=LIFECYCLE, statuses__tag__isnull=False)
    statuses = dict(standing.values_list("statuses__tag__code").annotate(number=Count("id")))
    total = sum(tiers.values())
    # As rules.profile.adoption_rate says for one account.
    adoption = 100 * Cast("account__profile__features_used", FloatField()) / NullIf(
        Cast("account__profile__features_available", FloatField()), 0.0
    )  # fmt: skip
    figures = plain.aggregate(
        health=Avg("health__score"),
        revenue=Sum("account__annual_revenue", filter=~Q(id__in=in_status(plain, CustomerStatus.CHURNED).values("id"))),
        lifetime=Sum("account__lifetime_value"),
        adoption=Avg(adoption),
        nps=Avg("account__profile__nps_score"),
        csat=Avg("account__profile__csat_score"),
    )
    return Statistics(
        total_customers=total,
        customers_by_tier=_counted(tiers, CustomerTier.values, total),
        customers_by_status=_counted(statuses, CustomerStatus.values, total),
        average_health_score=_rounded(figures["health"]),
        total_annual_revenue=figures["revenue"] or Decimal(0),
        total_lifetime_value=figures["lifetime"] or Decimal(0),
        at_risk_customers=statuses.get(CustomerStatus.AT_RISK, 0),
        churned_customers=statuses.get(CustomerStatus.CHURNED, 0),
        onboarding_customers=statuses.get(CustomerStatus.ONBOARDING, 0),
        average_adoption_rate=_rounded(figures["adoption"]),
        average_nps=_rounded(figures["nps"]),
        average_csat=_rounded(figures["csat"]),
    )


def onboarding_figures(accounts: QuerySet[Customer]) -> OnboardingFigures:
    """Of customers that are accounts; onboardings that have not begun do not count. The success rate is that of the
    ones that ended, completed or cancelled."""
    profile = "account__profile__"
    status, started = f"{profile}onboarding_status", f"{profile}onboarding_started_on"
    is_completed = Q(**{status: OnboardingStatus.COMPLETED})
    began = accounts.select_related(None).prefetch_related(None).order_by()
    found = began.exclude(**{status: OnboardingStatus.NOT_STARTED}).aggregate(
        total=Count("id"),
        completed=Count("id", filter=is_completed),
        ended=Count("id", filter=is_completed | Q(**{status: OnboardingStatus.CANCELLED})),
        to_value=Avg(_between(started, f"{profile}first_value_on")),
        duration=Avg(_between(started, f"{profile}onboarding_completed_on"), filter=is_completed),
        training=Avg(f"{profile}training_completion"),
    )
    return OnboardingFigures(
        total_onboarding=found["total"],
        completed_onboarding=found["completed"],
        average_time_to_value=_days(found["to_value"]),
        average_onboarding_duration=_days(found["duration"]),
        training_completion_rate=_rounded(found["training"]),
        onboarding_success_rate=_rounded(100 * found["completed"] / found["ended"]) if found["ended"] else None,
    )


def _between(start: str, end: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(end) - F(start), output_field=DurationField())


def _counted(found: Mapping[Any, int], words: list[str], total: int) -> dict[str, int]:
    counts = {word: found.get(word, 0) for word in words}
    return {**counts, WITHOUT: total - sum(counts.values())}


def _days(time: Any) -> float | None:
    return None if time is None else _rounded(time.total_seconds() / 86_400)


def _rounded(number: Any) -> float | None:
    return None if number is None else round(float(number), 2)
