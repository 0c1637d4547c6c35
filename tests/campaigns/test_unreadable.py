"""A version that cannot be read any more, since a metric is gone, keeps nobody from the others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from campaigns.engine.exits import end_who_may_not_stay
from campaigns.engine.listening import listen
from campaigns.engine.waking import wake_waits
from campaigns.models import CampaignVersion, Enrollment, StepRun
from lifecycle.models import EventListener
from tests.campaigns.inside import NOW, campaign_of, inside
from tests.factories import CustomerStatusFactory, LifecycleFactory

pytestmark = pytest.mark.django_db
REST = {"key": "rest", "kind": "wait", "after": {"hours": 1}}
ANY = {"metric": "order_count", "operator": ">=", "value": 0}
NONE = {"metric": "order_count", "operator": "<", "value": 0}


def two(*steps: dict[str, Any], **whole: Any) -> CampaignVersion:
    """One that cannot be read and after it one that can, with somebody inside of each. Returns the other."""
    lifecycle = LifecycleFactory(code="learning")
    broken, good = campaign_of(*steps, **whole), campaign_of(*steps, **whole)
    for version in (broken, good):
        inside(version, CustomerStatusFactory(lifecycle=lifecycle).customer)
    broken.definition = {**broken.definition, "entry": {**ANY, "metric": "gone"}}
    broken.written_at += timedelta(seconds=1)
    broken.save()
    return good


def test_who_may_not_stay_leaves() -> None:
    good = two(REST, stay=NONE)

    assert end_who_may_not_stay(now=NOW) == 1

    assert Enrollment.objects.exclude(state="active").get().version == good


def test_waits_whose_condition_holds_end() -> None:
    wait = {"key": "wait", "kind": "wait_for", "condition": ANY, "timeout": {"days": 1}}
    good = two(wait)

    assert wake_waits(now=NOW) == 1

    assert StepRun.objects.get(due_at=NOW).enrollment.version == good


def test_events_are_heard() -> None:
    two(REST)

    listen()

    assert EventListener.objects.filter(consumer="campaigns").values_list("event", flat=True).get() == "cart_updated"
