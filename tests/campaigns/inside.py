"""Customers inside of a campaign that is live, at its first step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from campaigns.engine.advance import awaits, due_of
from campaigns.models import CampaignState, CampaignVersion, Enrollment, StepRun, VersionState
from campaigns.queries.definitions import flow_of
from lifecycle.models import Customer
from tests.factories import CampaignFactory, CampaignVersionFactory, CustomerFactory, EnrollmentFactory, StepRunFactory
from tests.factories.campaigns import THEN

NOW = THEN + timedelta(minutes=1)


def campaign_of(*steps: dict[str, Any], **whole: Any) -> CampaignVersion:
    """The version that is in force of a campaign with some steps."""
    definition = {
        "lifecycle": "learning",
        "trigger": {"kind": "event", "name": "cart_updated"},
        "message_class": "transactional",
        "steps": list(steps),
        **whole,
    }
    campaign = CampaignFactory(state=CampaignState.LIVE)
    return CampaignVersionFactory(campaign=campaign, definition=definition, state=VersionState.LIVE)


def inside(version: CampaignVersion, customer: Customer | None = None) -> Enrollment:
    """A customer who has entered just now."""
    enrollment = EnrollmentFactory(version=version, customer=customer or CustomerFactory())
    first = flow_of(version).first
    StepRunFactory(
        enrollment=enrollment, step=first.key, kind=first.kind, awaits=awaits(first),
        due_at=due_of(first, THEN, enrollment.customer.timezone),
    )  # fmt: skip
    return enrollment


def course(enrollment: Enrollment) -> list[tuple[str, str, str]]:
    """What became of each step, in the order in which they were planned: step, state, and path or reason."""
    runs = StepRun.objects.filter(enrollment=enrollment).order_by("id")
    return [(run.step, run.state, run.path or run.reason) for run in runs]
