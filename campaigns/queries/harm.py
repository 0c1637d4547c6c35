"""Live campaigns that do harm: too many complaints, bounces, messages that cannot be written, or customers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce, Greatest

from campaigns.models import CampaignState, CampaignVersion, Delivery, DeliveryState, Enrollment, VersionState

from .audience import DAYS

LOOKS_BACK = timedelta(days=7)
LEAST = 50  # messages, below which a rate says nothing
MOST_COMPLAINTS, MOST_BOUNCES, MOST_UNWRITTEN, TIMES_THE_AUDIENCE = 0.001, 0.05, 0.01, 3

_RUNS = (CampaignState.LIVE, CampaignState.ENDING)
_TAKEN = tuple(
    DeliveryState(one) for one in ("accepted", "delivered", "opened", "clicked", "bounced", "complained")
)  # fmt: skip


def harmful(*, now: datetime) -> dict[int, str]:
    """By campaign: the sentence that says what is wrong."""
    return dict([*_too_many_customers(now), *_bad_messages(now)])


def _bad_messages(now: datetime) -> Iterator[tuple[int, str]]:
    """Of the last week, and only since the campaign was last switched on or resumed."""
    rows = Delivery.objects.filter(
        campaign__state__in=_RUNS, planned_at__gt=now - LOOKS_BACK, channel="email",
    ).filter(Q(campaign__state_at=None) | Q(planned_at__gte=F("campaign__state_at")))  # fmt: skip
    counted = (
        rows.order_by()
        .values_list("campaign")
        .annotate(
            taken=Count("id", filter=Q(state__in=_TAKEN)),
            complained=Count("id", filter=Q(state=DeliveryState.COMPLAINED)),
            bounced=Count("id", filter=Q(state=DeliveryState.BOUNCED)),
            unwritten=Count("id", filter=Q(state=DeliveryState.FAILED, attempts=0)),
        )
    )
    for campaign, taken, complained, bounced, unwritten in counted:
        for number, of, most, what in (
            (complained, taken, MOST_COMPLAINTS, "were marked as spam"),
            (bounced, taken, MOST_BOUNCES, "went to addresses that do not exist"),
            (unwritten, taken + unwritten, MOST_UNWRITTEN, "could not be written"),
        ):
            if number and of >= LEAST and number >= most * of:
                yield campaign, f"{number:,} of {of:,} messages ({number / of:.1%}) {what}; {most:.1%} is the limit."
                break


def _too_many_customers(now: datetime) -> Iterator[tuple[int, str]]:
    """Since the version was published or the campaign resumed: whoever resumes has seen the number."""
    since = Greatest(
        F("published_at"), Coalesce(F("campaign__state_at"), F("published_at")), now - timedelta(days=DAYS)
    )
    live = CampaignVersion.objects.filter(state=VersionState.LIVE, campaign__state__in=_RUNS, audience__isnull=False)
    for campaign, expected, start in live.annotate(since=since).values_list("campaign", "audience", "since"):
        limit = max(LEAST, TIMES_THE_AUDIENCE * (expected or 0))
        entered = Enrollment.objects.filter(campaign=campaign, entered_at__gte=start).order_by()[: limit + 1].count()
        if entered > limit:
            yield campaign, f"More than {limit:,} customers entered; {expected:,} a month were expected."
