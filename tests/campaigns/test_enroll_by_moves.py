"""Moves bring customers into campaigns: those of whom trigger and condition speak, once for each occasion allowed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.engine.enroll import NotEnrolled, enroll_customers
from campaigns.models import (
    Campaign,
    CampaignState,
    CampaignVersion,
    EndReason,
    Enrollment,
    EnrollmentState,
    StepRun,
)
from campaigns.rules.split import is_held_out, salt_of
from lifecycle.engine.rollback import Batch, roll_back
from lifecycle.models import Customer, EvaluationKind, Lifecycle, Transition
from tests.campaigns.entry_stage import another_version, enroll, entered, inside, live_version, moved, shop, told_move
from tests.factories import UserFactory
from tests.lifecycle.stage import NOW, is_at_least, paid, send

# A move is taken from the outbox once its transaction is over, so these tests commit.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lifecycle() -> Lifecycle:
    return shop()


def test_a_move_into_the_tag_enrolls_and_plans_the_first_step(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, entered(lifecycle, "OLD"))
    moved(lifecycle, "ann", "bob")

    assert (enroll(), enroll()) == (2, 0)

    ann = Enrollment.objects.get(customer__external_id="ann")
    assert (ann.version, ann.campaign, ann.occasion, ann.entered_at) == (version, version.campaign, "once", NOW)
    assert ann.transition_id == Transition.objects.get(customer=ann.customer).id
    run = StepRun.objects.get(enrollment=ann)
    assert (run.step, run.kind, run.state, run.due_at) == ("rest", "wait", "waiting", NOW + timedelta(hours=1))
    assert inside(version) == ["ann", "bob"]


def test_who_moves_elsewhere_or_comes_from_elsewhere_stays_outside(lifecycle: Lifecycle) -> None:
    elsewhere = live_version(lifecycle, entered(lifecycle, "GONE"))
    from_gone = live_version(lifecycle, entered(lifecycle, "OLD", from_tag="GONE"))
    from_new = live_version(lifecycle, entered(lifecycle, "OLD", from_tag="NEW"))
    moved(lifecycle, "ann")

    enroll()

    assert (inside(elsewhere), inside(from_gone), inside(from_new)) == ([], [], ["ann"])


def test_leaving_a_tag_enrolls(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, {"kind": "left_tag", "lifecycle": lifecycle.code, "tag": "NEW"})
    moved(lifecycle, "ann")

    enroll()

    assert inside(version) == ["ann"]


@pytest.mark.parametrize("state", [CampaignState.OFF, CampaignState.PAUSED, CampaignState.ENDING])
def test_nobody_enters_a_campaign_that_is_not_live(lifecycle: Lifecycle, state: CampaignState) -> None:
    live_version(lifecycle, entered(lifecycle, "OLD"))
    Campaign.objects.update(state=state)
    moved(lifecycle, "ann")

    enroll()

    assert not Enrollment.objects.exists()


def test_history_that_is_played_again_enrolls_nobody(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, entered(lifecycle, "OLD"))
    moved(lifecycle, "ann", kind=EvaluationKind.REPLAY)

    enroll()

    assert Transition.objects.exists()
    assert not Enrollment.objects.exists()


def test_the_entry_condition_lets_through_whom_it_holds_for(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, entered(lifecycle, "OLD"), entry=is_at_least("order_count", 2))
    send(paid("ann"))
    moved(lifecycle, "ann", "bob")

    enroll()

    assert inside(version) == ["ann"]


def test_an_unknown_value_meets_no_condition_but_its_negation(lifecycle: Lifecycle) -> None:
    is_high = {"metric": "final_assessment_score", "operator": ">", "value": 5}
    high = live_version(lifecycle, entered(lifecycle, "OLD"), entry=is_high)
    not_high = live_version(lifecycle, entered(lifecycle, "OLD"), entry={"not": is_high})
    moved(lifecycle, "ann")

    enroll()

    assert (inside(high), inside(not_high)) == ([], ["ann"])


@pytest.mark.parametrize(("reentry", "days", "times"), [
    ("never", 40, 1), ("always", 0, 2), (30, 29, 1), (30, 30, 2),
])  # fmt: skip
def test_a_customer_enters_again_as_often_as_reentry_says(
    lifecycle: Lifecycle, reentry: object, days: int, times: int
) -> None:
    live_version(lifecycle, entered(lifecycle, "OLD"), reentry=reentry)
    moved(lifecycle, "ann")
    enroll()
    move = told_move(lifecycle, "ann", "OLD", applied_at=NOW + timedelta(days=days))

    enroll()

    assert Enrollment.objects.count() == StepRun.objects.count() == times
    if times == 2:
        assert Enrollment.objects.filter(occasion=f"transition:{move.id}").exists()


def test_two_occasions_in_one_batch_are_one_entry_within_the_days(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, entered(lifecycle, "OLD"), reentry=30)
    moved(lifecycle, "ann")
    told_move(lifecycle, "ann", "OLD", applied_at=NOW + timedelta(days=1))

    assert enroll() == 2

    assert Enrollment.objects.get().entered_at == NOW


def test_who_was_inside_under_another_rule_of_reentry_never_enters_again(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, entered(lifecycle, "OLD"), reentry="always")
    moved(lifecycle, "ann")
    enroll()
    another_version(version.campaign, lifecycle, entered(lifecycle, "OLD"), reentry="never")
    told_move(lifecycle, "ann", "OLD")

    enroll()

    assert Enrollment.objects.get().version == version


def test_a_new_version_leaves_who_is_inside_where_they_are(lifecycle: Lifecycle) -> None:
    first = live_version(lifecycle, entered(lifecycle, "OLD"))
    moved(lifecycle, "ann")
    enroll()
    second = another_version(first.campaign, lifecycle, entered(lifecycle, "OLD"))
    moved(lifecycle, "bob")

    enroll()

    assert (inside(first), inside(second)) == (["ann"], ["bob"])


def test_a_share_is_held_out_and_only_watched(lifecycle: Lifecycle) -> None:
    live_version(lifecycle, entered(lifecycle, "OLD"), holdout=50)
    moved(lifecycle, *(f"c{number}" for number in range(60)))

    enroll()

    out = Enrollment.objects.filter(end_reason=EndReason.HOLDOUT)
    assert 15 < out.count() < 45
    assert set(out.values_list("state", "ended_at")) == {(EnrollmentState.EXITED, NOW)}
    assert StepRun.objects.count() == 60 - out.count()
    assert not StepRun.objects.filter(enrollment__in=out).exists()


def test_a_delay_in_days_is_counted_where_the_customer_is(lifecycle: Lifecycle) -> None:
    at_nine = {"key": "rest", "kind": "wait", "after": {"days": 1, "at": "09:00"}}
    live_version(lifecycle, entered(lifecycle, "OLD"), steps=[at_nine])
    send(paid("ann"), paid("bob"))
    Customer.objects.filter(external_id="ann").update(timezone="Asia/Tokyo")
    moved(lifecycle)

    enroll()

    due = dict(StepRun.objects.values_list("customer__external_id", "due_at"))
    tomorrow = NOW.date() + timedelta(days=1)
    assert due["bob"].isoformat() == f"{tomorrow}T09:00:00+00:00"
    assert due["ann"].isoformat() == f"{tomorrow}T00:00:00+00:00"


def test_a_wait_for_an_event_is_due_when_it_is_over(lifecycle: Lifecycle) -> None:
    wait = {"key": "heard", "kind": "wait_for", "event": "login", "timeout": {"hours": 5}, "after": {"hours": 1}}
    live_version(lifecycle, entered(lifecycle, "OLD"), steps=[wait])
    moved(lifecycle, "ann")

    enroll()

    run = StepRun.objects.get()
    assert (run.awaits, run.due_at) == ("login", NOW + timedelta(hours=6))


def test_a_move_that_takes_another_back_starts_nothing(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, entered(lifecycle, "NEW"))
    moved(lifecycle, "ann")
    roll_back(Batch(transition=Transition.objects.get()), by=UserFactory(), reason="a wrong rule", now=NOW)

    enroll()

    assert inside(version) == []


def test_a_move_that_is_taken_back_before_it_was_heard_of_starts_nothing(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, entered(lifecycle, "OLD"))
    moved(lifecycle, "ann")
    roll_back(Batch(transition=Transition.objects.get()), by=UserFactory(), reason="a wrong rule", now=NOW)

    enroll()

    assert inside(version) == []


def test_customers_are_enrolled_by_hand_whatever_the_trigger_says(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, entered(lifecycle, "GONE"), entry=is_at_least("order_count", 5))
    moved(lifecycle, "ann", "bob")

    def by_hand() -> int:
        return enroll_customers(version=version, customers=Customer.objects.all(), occasion="hand:1", by=None, now=NOW)

    assert (by_hand(), by_hand()) == (2, 0)

    assert inside(version) == ["ann", "bob"]


def test_nobody_is_enrolled_by_hand_in_what_is_not_live(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, entered(lifecycle, "GONE"))
    Campaign.objects.update(state=CampaignState.PAUSED)

    with pytest.raises(NotEnrolled, match="that is on"):
        enroll_customers(version=version, customers=[], occasion="hand:1", by=None, now=NOW)


def test_a_campaign_that_cannot_be_read_any_more_is_paused_and_stops_no_other(lifecycle: Lifecycle) -> None:
    broken, sound = (live_version(lifecycle, entered(lifecycle, "OLD")) for _ in range(2))
    gone = {**broken.definition, "entry": is_at_least("a_metric_that_is_gone", 1)}
    CampaignVersion.objects.filter(id=broken.id).update(definition=gone)
    moved(lifecycle, "ann")

    enroll()

    broken.campaign.refresh_from_db()
    assert inside(sound) == ["ann"]
    assert broken.campaign.state == CampaignState.PAUSED
    assert "a_metric_that_is_gone" in broken.campaign.state_reason


@pytest.mark.parametrize("reentry", ["never", 30])
def test_an_entry_that_was_taken_back_is_none(lifecycle: Lifecycle, reentry: str | int) -> None:
    version = live_version(lifecycle, entered(lifecycle, "OLD"), reentry=reentry)
    moved(lifecycle, "ann")
    enroll()
    roll_back(Batch(transition=Transition.objects.get()), by=UserFactory(), reason="a wrong rule", now=NOW)
    enroll()

    for minute in (1, 2):
        told_move(lifecycle, "ann", "OLD", applied_at=NOW + timedelta(minutes=minute))
        enroll()

    assert inside(version) == ["ann"]
    reasons = Enrollment.objects.order_by("id").values_list("end_reason", flat=True)
    assert list(reasons) == [EndReason.ROLLED_BACK, ""]


def test_chance_is_that_of_the_external_id(lifecycle: Lifecycle) -> None:
    version = live_version(lifecycle, entered(lifecycle, "OLD"), holdout=50)
    names = [f"c{number}" for number in range(20)]
    moved(lifecycle, *names)

    enroll()

    salt = salt_of(version.campaign.key)
    assert inside(version) == sorted(name for name in names if not is_held_out(salt, name, 50))
