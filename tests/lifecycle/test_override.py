"""Moves that people make by hand, with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lifecycle.engine.evaluate import evaluate_changed
from lifecycle.engine.transitions import TransitionNotAllowed, override_tag
from lifecycle.models import Customer, CustomerStatus, DirtyMark, Lifecycle, OutboxMessage, Transition
from lifecycle.rules.calendar import end_of
from tests.factories import UserFactory

from .stage import NOW, code_of, days_ago, event, is_at_least, lifecycle_with, path, send, status_of, tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def lifecycle() -> Lifecycle:
    found = lifecycle_with("NEW OLD", {"from": "OLD", "to": "NEW", "when": is_at_least("login_count", 2)})
    send(event("ann", "login"))
    return found


def override(lifecycle: Lifecycle, to: str = "OLD", seen: str | None = "NEW", **more: Any) -> Transition:
    return override_tag(
        **{
            "customer": Customer.objects.get(external_id="ann"),
            "to_tag": tag(lifecycle, to),
            "seen_tag": tag(lifecycle, seen) if seen else None,
            "reason": " phoned ",
            "by": UserFactory(),
            "now": NOW,
            **more,
        }
    )


def test_moves_with_reason_and_author(lifecycle: Lifecycle) -> None:
    sam = UserFactory()
    DirtyMark.objects.all().delete()

    move = override(lifecycle, by=sam, notes="twice")

    assert (move.by, move.reason, move.notes, move.applied_at, move.rule) == (sam, "phoned", "twice", NOW, None)
    assert path(lifecycle, "ann") == ["NEW>OLD"]
    status = status_of("ann", lifecycle)
    assert (status.entered_at, status.seen_until, status.version) == (NOW, NOW, 1)
    assert OutboxMessage.objects.get().subject_id == move.id
    assert DirtyMark.objects.count() == 1


def test_what_was_seen_reaches_to_the_end_of_the_last_day(lifecycle: Lifecycle) -> None:
    override(lifecycle, now=NOW + timedelta(days=2))

    assert status_of("ann", lifecycle).seen_until == end_of(days_ago(-1).date())


def test_the_rules_of_the_new_tag_get_their_say(lifecycle: Lifecycle) -> None:
    send(event("ann", "login"))

    override(lifecycle)
    evaluate_changed(lifecycle=lifecycle, as_of=NOW + timedelta(minutes=1), now=NOW)

    assert path(lifecycle, "ann") == ["NEW>OLD", "OLD>NEW"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": " "}, "A reason is needed"),
        ({"reason": "x" * 501}, "may have 500"),
        ({"reason": "a\x00b"}, "NUL"),
        ({"notes": "a\x00b"}, "NUL"),
        ({"seen": "OLD"}, "has moved to NEW meanwhile"),
        ({"seen": None}, "has moved to NEW meanwhile"),
        ({"to": "NEW"}, "is in NEW already"),
    ],
)
def test_refuses_and_leaves_everything_as_it_is(lifecycle: Lifecycle, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TransitionNotAllowed, match=sentence):
        override(lifecycle, **change)

    assert code_of("ann", lifecycle) == "NEW"
    assert not Transition.objects.exists()


def test_refuses_a_customer_without_a_status(lifecycle: Lifecycle) -> None:
    CustomerStatus.objects.all().delete()

    with pytest.raises(TransitionNotAllowed, match="no status in this lifecycle"):
        override(lifecycle)


def test_an_untagged_customer_may_be_given_a_tag() -> None:
    lifecycle = lifecycle_with("NEW", is_tagged=False)
    send(event("ann", "login"))

    override(lifecycle, to="NEW", seen=None)

    assert path(lifecycle, "ann") == ["None>NEW"]
