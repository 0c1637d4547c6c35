"""What the demo shows of campaigns: the first programmes switched on three days ago, and what has followed since.

Learners are moved by people's decisions, shop customers order, and some want no mails; the engine then runs hour by
hour up to now, by the same calls that workers make, and the provider tells what became of the messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Value
from django.db.models.functions import Concat

from campaigns.engine.consent import withdraw_consent
from campaigns.engine.enroll import enroll_from_outbox
from campaigns.engine.publishing import publish
from campaigns.engine.receipts import Told, take_receipts
from campaigns.engine.steps import run_due
from campaigns.models import (
    CampaignVersion,
    Channel,
    ConsentSource,
    Delivery,
    ReceiptKind,
    Topic,
    VersionState,
    WebhookEndpoint,
)
from lifecycle.engine.ingest import ingest
from lifecycle.engine.intake import SentEvent, check_batch
from lifecycle.engine.review import approve
from lifecycle.engine.transitions import override_tag
from lifecycle.models import Customer, CustomerStatus, Recommendation, RecommendationState, StatusTag

HOURS = 72
MOVES = (  # by hand, one of each twice a day
    ("ST_004", "ST_001"), ("ST_004", "ST_005"), ("ST_002", "ST_004"), ("ST_001", "ST_002"), ("ST_004", "ST_006"),
)  # fmt: skip
ROUNDS = (9, 15)
BECAME = (  # of every ten mails, in turn, with the minutes that it took
    {"delivered": 1, "opened": 40}, {"delivered": 1}, {"delivered": 1, "opened": 12, "clicked": 14}, {"delivered": 2},
    {"delivered": 1, "opened": 300}, {"delivered": 1}, {"delivered": 1, "opened": 25, "clicked": 31}, {"delivered": 3},
    {"delivered": 1, "opened": 90}, {"bounced": 1},
)  # fmt: skip
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
                _approve(boss, at)
                _say_no(at)
            if at.hour in ROUNDS:
                _move(boss, at)
            due = [event for event in events if at - timedelta(hours=1) < event.occurred_at <= at]
            if due:
                ingest(batch=check_batch(due, now=at), source="shop", now=at)
            while enroll_from_outbox(now=at) or run_due(now=at):
                pass
            _tell(at)


def _approve(boss: Any, at: datetime) -> None:
    """A person says yes to what waits."""
    for waiting in Recommendation.objects.filter(state=RecommendationState.PENDING).order_by("id"):
        approve(recommendation=waiting, by=boss, now=at, note="Looked at together with the team.")


def _move(boss: Any, at: datetime) -> None:
    """A person moves some learners by hand."""
    tags = {tag.code: tag for tag in StatusTag.objects.filter(lifecycle__code="learning")}
    for start_code, end_code in MOVES:
        standing = CustomerStatus.objects.filter(tag=tags[start_code], entered_at__lt=at - timedelta(days=3))
        status = standing.select_related("customer").order_by("id").first()
        if status is not None:
            override_tag(
                customer=status.customer, to_tag=tags[end_code], seen_tag=tags[start_code],
                reason="Agreed in the weekly round.", by=boss, now=at,
            )  # fmt: skip


def _say_no(at: datetime) -> None:
    """Some customers of the shop want no offers, and some learners are not to be written to at all."""
    shoppers = Customer.objects.filter(account__isnull=False).order_by("id")[1:8:6]
    learners = Customer.objects.filter(statuses__tag__code__in=("ST_002", "ST_004")).order_by("statuses__id")[:2]
    said: dict[str, Any] = {"source": ConsentSource.PREFERENCES, "by": None, "now": at}
    offers = Topic.objects.get(key="offers")
    withdraw_consent(customers=shoppers, topic=offers, wording="No offers and news, please.", **said)
    withdraw_consent(customers=learners, topic=None, wording="No messages at all, please.", **said)


def _tell(at: datetime) -> None:
    """What the provider says of the mails of the last hours, in its time."""
    mails = Delivery.objects.filter(channel=Channel.EMAIL, accepted_at__gt=at - timedelta(hours=7)).order_by("id")
    told = [
        Told("mailbox", f"{mail.id} {kind}", ReceiptKind(kind), happened, mail.message_id, recipient=mail.recipient)
        for mail in mails
        for kind, minutes in BECAME[mail.id % len(BECAME)].items()
        if mail.accepted_at and (happened := mail.accepted_at + timedelta(minutes=minutes)) <= at
    ]
    take_receipts(receipts=told, now=at)


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
