"""What the tests of enrolling say again and again: a live campaign, customers who move, who is inside."""

from __future__ import annotations

from typing import Any

from campaigns.engine.enroll import enroll_from_outbox
from campaigns.models import (
    Campaign,
    CampaignState,
    CampaignVersion,
    Enrollment,
    EnrollmentState,
    TriggerKind,
    VersionState,
)
from campaigns.queries.definitions import read
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.outbox import Batch
from lifecycle.models import Customer, EventListener, Lifecycle, OutboxMessage, StatusTag, Transition
from tests.factories import CampaignFactory, CampaignVersionFactory, TransitionFactory
from tests.factories.customers import OutboxMessageFactory
from tests.lifecycle.stage import NOW, is_at_least, lifecycle_with, paid, send

REST = {"key": "rest", "kind": "wait", "after": {"hours": 1}}


def shop() -> Lifecycle:
    """Customers begin as NEW and are OLD once they have bought."""
    return lifecycle_with("NEW OLD GONE", {"from": "NEW", "to": "OLD", "when": is_at_least("order_count", 1)})


def entered(lifecycle: Lifecycle, tag: str, **more: Any) -> dict[str, Any]:
    return {"kind": "entered_tag", "lifecycle": lifecycle.code, "tag": tag, **more}


def live_version(lifecycle: Lifecycle, trigger: dict[str, Any], **says: Any) -> CampaignVersion:
    """The live version of a new campaign; one step of an hour's rest if nothing else is said."""
    return another_version(CampaignFactory(state=CampaignState.LIVE), lifecycle, trigger, **says)


def another_version(campaign: Campaign, lifecycle: Lifecycle, trigger: dict[str, Any], **says: Any) -> CampaignVersion:
    text = {"lifecycle": lifecycle.code, "message_class": "transactional", "trigger": trigger, "steps": [REST], **says}
    definition = read(text)
    campaign.versions.filter(state=VersionState.LIVE).update(state=VersionState.RETIRED)
    EventListener.objects.bulk_create(
        [EventListener(consumer="campaigns", event=name) for name in definition.listens_for], ignore_conflicts=True
    )
    version: CampaignVersion = CampaignVersionFactory(
        campaign=campaign,
        definition=text,
        state=VersionState.LIVE,
        trigger_kind=TriggerKind(trigger["kind"]),
        trigger_tag=StatusTag.objects.filter(lifecycle=lifecycle, code=trigger.get("tag")).first(),
        trigger_event=trigger.get("name"),
        published_at=NOW,
    )
    return version


def moved(lifecycle: Lifecycle, *names: str, **how: Any) -> None:
    """Customers who buy, and so move to OLD as of now."""
    send(*(paid(name) for name in names))
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW, **how)


def told_move(lifecycle: Lifecycle, name: str, to: str, **more: Any) -> Transition:
    """A move of a customer, as it is told."""
    customer = Customer.objects.get(external_id=name)
    values = {"applied_at": NOW, "reason": "a test", **more}
    move: Transition = TransitionFactory(
        lifecycle=lifecycle, customer=customer, to_tag=lifecycle.tags.get(code=to), **values
    )
    OutboxMessageFactory(topic="transition", customer=customer, subject_id=move.id, created_at=NOW)
    return move


def all_messages() -> Batch:
    """Everything that was ever told, as one batch."""
    return Batch.of(OutboxMessage.objects.order_by("id"))


def enroll() -> int:
    return enroll_from_outbox(now=NOW)


def inside(version: CampaignVersion) -> list[str]:
    """Who is in a campaign now, by name."""
    found = Enrollment.objects.filter(version=version, state=EnrollmentState.ACTIVE)
    return sorted(found.values_list("customer__external_id", flat=True))
