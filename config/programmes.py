"""What the demo shows of campaigns: the first programmes switched on three days ago, and what has followed since.

Learners are moved by people's decisions and shop customers order; the engine then runs hour by hour up to now, by the
same calls that workers make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Value
from django.db.models.functions import Concat

from campaigns.engine.enroll import enroll_from_outbox
from campaigns.engine.publishing import publish
from campaigns.engine.steps import run_due
from campaigns.models import CampaignVersion, VersionState, WebhookEndpoint
from lifecycle.engine.ingest import ingest
from lifecycle.engine.intake import SentEvent, check_batch
from lifecycle.engine.review import approve
from lifecycle.engine.transitions import override_tag
from lifecycle.models import Customer, CustomerStatus, Recommendation, RecommendationState, StatusTag

HOURS = 72
MOVED = {"ST_004": ("ST_005", 6), "ST_002": ("ST_004", 5), "ST_001": ("ST_002", 6)}
Step = Callable[[str], AbstractContextManager[None]]


def start(step: Step, boss: Any, now: datetime) -> None:
    """Everything, as a ``step``; ``boss`` may do everything."""
    began = now - timedelta(hours=HOURS)
    with step("Campaigns, three days of them"):
        Customer.objects.filter(email=None).update(email=Concat("external_id", Value("@example.com")))
        WebhookEndpoint.objects.update(is_active=True, off_reason="")
        for version in CampaignVersion.objects.filter(state=VersionState.DRAFT).select_related("campaign"):
            publish(version=version, by=boss, now=began, is_shipped=True)
        events = sorted(_events(began), key=lambda event: event.occurred_at)
        for hour in range(HOURS + 1):
            at = began + timedelta(hours=hour)
            if hour == 1:
                _decide(boss, at)
            due = [event for event in events if at - timedelta(hours=1) < event.occurred_at <= at]
            if due:
                ingest(batch=check_batch(due, now=at), source="shop", now=at)
            while enroll_from_outbox(now=at) or run_due(now=at):
                pass


def _decide(boss: Any, at: datetime) -> None:
    """A person says yes to what waits, and moves some learners by hand."""
    for waiting in Recommendation.objects.filter(state=RecommendationState.PENDING).order_by("id"):
        approve(recommendation=waiting, by=boss, now=at, note="Looked at together with the team.")
    for start_code, (end_code, number) in MOVED.items():
        tags = {tag.code: tag for tag in StatusTag.objects.filter(lifecycle__code="learning")}
        standing = CustomerStatus.objects.filter(tag=tags[start_code]).select_related("customer").order_by("id")
        for status in standing[:number]:
            override_tag(
                customer=status.customer, to_tag=tags[end_code], seen_tag=tags[start_code],
                reason="Agreed in the weekly round.", by=boss, now=at,
            )  # fmt: skip


def _events(began: datetime) -> Iterator[SentEvent]:
    """Some customers of the shop order, some fill a cart, and some of these order after all."""
    shoppers = Customer.objects.filter(account__isnull=False).order_by("id").values_list("external_id", flat=True)[:24]
    for place, shopper in enumerate(shoppers):
        at = began + timedelta(hours=3 + 2 * place, minutes=11 * place % 60)
        if place % 2:
            yield SentEvent(f"cart {place}", shopper, "CART_UPDATED", at, {"items": 1 + place % 4})
        if place % 4 != 1:
            order = {"order_id": f"T-{1040 + place}", "amount": 40 + 17 * place}
            yield SentEvent(f"order {place}", shopper, "ORDER_PAID", at + timedelta(minutes=25), order)
