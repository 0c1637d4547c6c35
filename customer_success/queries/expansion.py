"""Accounts that show a sign of expansion, and the opportunities that came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest, TruncDate

from customer_success.models import (
    Account,
    BusinessReview,
    ExpansionKind,
    ExpansionOpportunity,
    ExpansionStatus,
    HealthLevel,
    ReviewStatus,
    TierPolicy,
)
from customer_success.models.expansion import LIVE
from customer_success.rules import expansion as rules

from .accounts import closed

PROFILE_FIGURES = (
    "plan_usage", "plan_limit", "active_users", "licensed_users", "features_used", "features_available", "use_cases",
    "business_units", "roi", "expansion_probability", "nps_score",
)  # fmt: skip


def opportunities() -> QuerySet[ExpansionOpportunity]:
    """With the day of the latest business review that was held with the customer."""
    held = BusinessReview.objects.filter(customer=OuterRef("customer"), status=ReviewStatus.HELD)
    last = Subquery(held.order_by("-held_at").values(day=TruncDate("held_at"))[:1])
    return ExpansionOpportunity.objects.select_related("customer__owner").annotate(last_review_date=last)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What may be won and what was won; money a year, in whole units.

    Of several signs at one customer the largest revenue counts, for they lead to the same sale.
    """

    open: int
    pursued: int
    revenue: int
    weighted: int
    won: int


def pipeline(rows: QuerySet[ExpansionOpportunity]) -> Pipeline:
    live = rows.filter(status__in=LIVE).order_by()
    best = live.order_by("customer_id", F("estimated_revenue").desc(nulls_last=True), "-probability").distinct(
        "customer_id"
    )
    to_win = ExpansionOpportunity.objects.filter(id__in=best.values("id")).aggregate(
        revenue=Sum("estimated_revenue"), weighted=Sum(F("estimated_revenue") * F("probability") / 100)
    )
    counted = rows.order_by().aggregate(
        open=Count("id", filter=Q(status=ExpansionStatus.OPEN)),
        pursued=Count("id", filter=Q(status=ExpansionStatus.PURSUED)),
        won=Sum("won_amount"),
    )
    return Pipeline(**{name: int(value or 0) for name, value in (counted | to_win).items()})


def accounts_with(kind: ExpansionKind, *, today: date) -> QuerySet[Account]:
    """The accounts that show a sign. Nobody sells more to a customer who has left."""
    return _with_next_tier().filter(_SIGNS[kind](today)).exclude(closed("customer_id"))


def not_ended_lately(kind: ExpansionKind, *, now: datetime) -> Q:
    """Of accounts: nobody ended an opportunity by this sign a short while ago."""
    since = now - timedelta(days=rules.QUIET_DAYS)
    by_people = (ExpansionStatus.WON, ExpansionStatus.LOST, ExpansionStatus.DISMISSED)
    ended = ExpansionOpportunity.objects.filter(
        customer=OuterRef("pk"), kind=kind, status__in=by_people, ended_at__gt=since
    )
    return ~Q(Exists(ended))


def _with_next_tier() -> QuerySet[Account]:
    """The next tier begins above both the annual revenue and the lower bound of the tier that the account is in."""
    own = TierPolicy.objects.filter(tier=OuterRef("customer__tier")).values("from_revenue")
    above = TierPolicy.objects.filter(from_revenue__gt=OuterRef("stands_at")).order_by("from_revenue")
    return Account.objects.annotate(
        stands_at=Greatest("annual_revenue", Subquery(own)),  # of those that are known
        started_on=Coalesce("profile__onboarding_started_on", "contract_start_date", TruncDate("opened_at")),
    ).annotate(next_tier=Subquery(above.values("tier")[:1]), next_tier_from=Subquery(above.values("from_revenue")[:1]))


def _share_from(part: str, whole: str, percent: int) -> Q:
    least = F(f"profile__{whole}") * (Decimal(percent) / 100)
    return Q(**{f"profile__{whole}__gt": 0, f"profile__{part}__gte": least})


def _is_fast(today: date) -> Q:
    """Much is used soon after the start."""
    is_new = Q(started_on__gt=today - timedelta(days=rules.FAST_WITHIN_DAYS))
    adopted = _share_from("features_used", "features_available", rules.HIGH_ADOPTION)
    return is_new & (adopted | Q(profile__use_cases__gte=rules.USE_CASES))


_SIGNS: Mapping[ExpansionKind, Callable[[date], Q]] = {
    ExpansionKind.USAGE_NEAR_LIMIT: lambda _: (
        _share_from("plan_usage", "plan_limit", rules.NEAR_LIMIT)
        | _share_from("active_users", "licensed_users", rules.NEAR_LIMIT)
    ),
    ExpansionKind.FAST_ADOPTION: _is_fast,
    ExpansionKind.SEVERAL_UNITS: lambda _: Q(profile__business_units__gte=rules.BUSINESS_UNITS),
    ExpansionKind.ROI: lambda _: Q(profile__roi__gte=rules.HIGH_ROI),
    ExpansionKind.HIGH_PROBABILITY: lambda _: Q(profile__expansion_probability__gt=rules.STATED_PROBABILITY_ABOVE),
    ExpansionKind.NEAR_NEXT_TIER: lambda _: Q(
        annual_revenue__gte=F("next_tier_from") * (Decimal(100 - rules.NEAR_TIER_WITHIN) / 100)
    ),
    ExpansionKind.HIGH_SATISFACTION: lambda _: Q(
        profile__nps_score__gt=rules.NPS_ABOVE, customer__health__level=HealthLevel.EXCELLENT
    ),
}
