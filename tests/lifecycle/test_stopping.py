"""What stops automation: switches, and sources that went silent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lifecycle import tasks
from lifecycle.engine.collect import catch_up, collect, is_behind
from lifecycle.engine.evaluate import evaluate_changed, evaluate_customers, evaluate_everybody
from lifecycle.engine.ingest import ingest
from lifecycle.engine.switches import AutomationOff, SwitchRefused, switch
from lifecycle.engine.transitions import TransitionNotAllowed, override_tag
from lifecycle.metrics.catalogue import METRICS
from lifecycle.metrics.feeds import events_of
from lifecycle.metrics.sources import Attribute, Reported
from lifecycle.models import Customer, Evaluation, Feed, Lifecycle, RuleHold, Switch, SwitchKind
from tests.factories import UserFactory

from .stage import (
    NOW,
    code_of,
    customers,
    days_ago,
    event,
    is_at_least,
    lifecycle_with,
    paid,
    published,
    read,
    send,
    tag,
)

pytestmark = pytest.mark.django_db
IDLE = is_at_least("days_since_order", 3)


@pytest.fixture
def ben() -> Any:
    return UserFactory(username="ben")


@pytest.fixture
def made() -> Lifecycle:
    return lifecycle_with(
        "NEW OLD", {"key": "first", "from": "NEW", "to": "OLD", "when": is_at_least("order_count", 1)}
    )


def off(ben: Any, kind: str = SwitchKind.AUTOMATION, **what: Any) -> None:
    switch(kind=kind, is_on=False, reason="a bad import", by=ben, now=NOW, **what)


# --- Switches ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SwitchKind.AUTOMATION, SwitchKind.STATUS_TAGS, SwitchKind.LIFECYCLE])
def test_nothing_moves_while_it_is_switched_off_and_nothing_is_forgotten(made: Lifecycle, ben: Any, kind: str) -> None:
    send(paid("ann"))
    where = {"lifecycle": made} if kind == SwitchKind.LIFECYCLE else {}
    off(ben, kind, **where)

    for evaluate in (
        lambda: evaluate_everybody(lifecycle=made, as_of=NOW, now=NOW),
        lambda: evaluate_changed(lifecycle=made, as_of=NOW, now=NOW),
        lambda: evaluate_customers(lifecycle=made, customers=customers("ann"), now=NOW),
    ):
        with pytest.raises(AutomationOff, match=r"switched off by ben on .*: a bad import"):
            evaluate()
    tasks.evaluate_what_changed()
    tasks.evaluate_all()
    assert (code_of("ann", made), Evaluation.objects.count()) == ("NEW", 0)

    switch(kind=kind, is_on=True, reason="mended", by=ben, now=NOW, **where)
    evaluate_changed(lifecycle=made, as_of=NOW, now=NOW)

    assert code_of("ann", made) == "OLD"
    assert Switch.objects.count() == 1


def test_another_lifecycle_goes_on(made: Lifecycle, ben: Any) -> None:
    off(ben, SwitchKind.LIFECYCLE, lifecycle=lifecycle_with("A"))
    send(paid("ann"))

    evaluate_changed(lifecycle=made, as_of=NOW, now=NOW)

    assert code_of("ann", made) == "OLD"


def test_a_rule_that_is_off_does_nothing_and_catches_up(made: Lifecycle, ben: Any) -> None:
    send(paid("ann"))
    off(ben, SwitchKind.RULE, lifecycle=made, rule_key="first")
    evaluate_everybody(lifecycle=made, as_of=NOW, now=NOW)
    assert code_of("ann", made) == "NEW"
    published(made, **{"key": "first", "from": "NEW", "to": "OLD", "when": is_at_least("order_count", 1)})
    evaluate_changed(lifecycle=made, as_of=NOW, now=NOW)
    assert code_of("ann", made) == "NEW"  # a new version stays off

    switch(kind=SwitchKind.RULE, is_on=True, reason="mended", by=ben, now=NOW, lifecycle=made, rule_key="first")
    evaluate_changed(lifecycle=made, as_of=NOW, now=NOW)

    assert code_of("ann", made) == "OLD"


@pytest.mark.parametrize(("kind", "may"), [(SwitchKind.AUTOMATION, True), (SwitchKind.STATUS_TAGS, False)])
def test_people_may_move_while_only_automation_is_off(made: Lifecycle, ben: Any, kind: str, may: bool) -> None:
    send(paid("ann"))
    off(ben, kind)
    ann = Customer.objects.get(external_id="ann")

    def move() -> None:
        override_tag(customer=ann, to_tag=tag(made, "OLD"), seen_tag=tag(made, "NEW"), reason="x", by=ben, now=NOW)

    if may:
        move()
    else:
        with pytest.raises(TransitionNotAllowed, match="Status tags were switched off"):
            move()
    assert (code_of("ann", made) == "OLD") is may


def test_the_setting_switches_everything_off(made: Lifecycle, settings: Any) -> None:
    settings.STATUS_TAGS_ENABLED = False
    send(paid("ann"))

    with pytest.raises(AutomationOff, match="STATUS_TAGS_ENABLED"):
        evaluate_changed(lifecycle=made, as_of=NOW, now=NOW)


def test_a_switch_needs_a_reason_and_something_to_switch(made: Lifecycle, ben: Any) -> None:
    for wrong in (
        {"kind": SwitchKind.AUTOMATION, "reason": " "},
        {"kind": SwitchKind.AUTOMATION, "reason": "x" * 501},
        {"kind": SwitchKind.AUTOMATION, "reason": "x", "lifecycle": made},
        {"kind": SwitchKind.LIFECYCLE, "reason": "x"},
        {"kind": SwitchKind.RULE, "reason": "x", "lifecycle": made, "rule_key": "second"},
    ):
        with pytest.raises(SwitchRefused):
            switch(is_on=False, by=ben, now=NOW, **wrong)
    assert not Switch.objects.exists()


# --- Silent sources ---------------------------------------------------------------------------------------------------


@pytest.fixture
def shop() -> Lifecycle:
    return lifecycle_with(
        "NEW OLD LATE", {"key": "idle", "from": "NEW", "to": "OLD", "when": IDLE},
        {"key": "cart", "from": "NEW", "to": "LATE", "when": is_at_least("lessons_completed", 1)},
    )  # fmt: skip


def heard(source: str, *days: float) -> None:
    for day in days:
        send(paid("ann", days_ago(9)), source=source, now=days_ago(day))


def hours(number: float) -> Any:
    return NOW + timedelta(hours=number)


def test_a_rule_does_not_fire_while_its_source_is_silent(shop: Lifecycle) -> None:
    heard("shop", 8, 1)
    send(event("bob", "lesson_completed", days_ago(1)), source="school", now=days_ago(1))
    late = hours(13)  # a day and 13 hours after the shop was heard of

    run = evaluate_everybody(lifecycle=shop, as_of=late, now=late)

    assert (code_of("ann", shop), code_of("bob", shop)) == ("NEW", "LATE")
    assert run.held == f"“NEW to OLD” waits: shop has been silent since {days_ago(1):%Y-%m-%d %H:%M} UTC."
    assert RuleHold.objects.get().rule.key == "idle"


def test_it_catches_up_when_the_source_speaks_again(shop: Lifecycle) -> None:
    heard("shop", 8, 1)
    evaluate_changed(lifecycle=shop, as_of=hours(13), now=hours(13))
    assert code_of("ann", shop) == "NEW"

    send(paid("eva", NOW), source="shop", now=hours(14))
    evaluate_changed(lifecycle=shop, as_of=hours(14), now=hours(14))

    assert code_of("ann", shop) == "OLD"
    assert not RuleHold.objects.exists()


@pytest.mark.parametrize(
    ("days", "stale_after", "waits"),
    [((8, 1), 36, True), ((8, 1), 48, False), ((8, 1), None, False), ((1,), 36, False), ((1.9, 1), 36, False)],
    ids=["silent", "patient", "may be silent", "sent once", "sent for less than a day"],
)
def test_who_is_watched(shop: Lifecycle, days: tuple[float, ...], stale_after: int | None, waits: bool) -> None:
    heard("shop", *days)
    Feed.objects.update(stale_after_hours=stale_after)

    evaluate_everybody(lifecycle=shop, as_of=hours(13), now=hours(13))

    assert (code_of("ann", shop) == "NEW") is waits


def test_an_imported_history_is_no_source() -> None:
    ingest(batch=read(paid("ann", days_ago(300))), source="import", now=NOW, is_history=True)

    assert not Feed.objects.exists()


def test_a_source_is_noted_with_what_it_sends() -> None:
    send(paid("ann"), source="shop", now=days_ago(-1))
    send(event("ann", "login"), source="shop", now=days_ago(-2))
    send(event("ann", "login"), source="shop", now=days_ago(-1.5))

    feed = Feed.objects.get()
    assert (feed.event_names, feed.first_seen_at, feed.last_seen_at) == (
        ["ORDER_PAID", "login"], days_ago(-1), days_ago(-2),
    )  # fmt: skip


def test_rules_on_windows_wait_when_nobody_collects() -> None:
    made = lifecycle_with("NEW OLD", {"from": "NEW", "to": "OLD", "when": is_at_least("logins_last_30d", 1)})
    send(event("ann", "login", days_ago(1)))
    collect(now=NOW)
    late = NOW + timedelta(days=3)

    run = evaluate_everybody(lifecycle=made, as_of=late, now=late)
    assert (code_of("ann", made), "have not been collected for days" in run.held) == ("NEW", True)
    collect(now=late)
    evaluate_changed(lifecycle=made, as_of=late, now=late)

    assert code_of("ann", made) == "OLD"


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_says_which_events_feed_it(metric: Any) -> None:
    fed_by = events_of(metric)

    is_told_otherwise = isinstance(metric.source, Attribute | Reported) or metric.name == "days_in_tag"
    assert bool(fed_by) is not is_told_otherwise


def test_nobody_is_decided_on_windows_of_another_day() -> None:
    """After midnight and before the day is collected, ages would be of today and windows of yesterday."""
    made = lifecycle_with("NEW OLD", {"from": "NEW", "to": "OLD", "when": is_at_least("logins_last_7d", 1)})
    other = lifecycle_with("NEW OLD", {"from": "NEW", "to": "OLD", "when": is_at_least("login_count", 1)})
    send(event("ann", "login", days_ago(1)))
    collect(now=NOW)
    midnight = NOW + timedelta(hours=12, minutes=1)

    assert (is_behind(made, now=NOW), is_behind(made, now=midnight)) == (False, True)
    assert not is_behind(other, now=midnight)
    assert not is_behind(made, now=midnight + timedelta(days=3))  # now its rules are held, and say so
    catch_up(now=midnight)
    assert not is_behind(made, now=midnight)
