"""People who write and publish the same rule at the same time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.db import transaction

from lifecycle.engine.publishing import publish, retire
from lifecycle.engine.rules import RuleNotEditable, change_draft, delete_draft, text_of, write_draft
from lifecycle.models import RuleState, TransitionRule

from .stage import NOW, at_once, is_at_least, lifecycle_with, rule_text, until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft() -> TransitionRule:
    lifecycle = lifecycle_with("NEW OLD")
    text = rule_text(lifecycle, **{"from": "NEW", "to": "OLD", "when": is_at_least("login_count", 1)})
    return write_draft(lifecycle=lifecycle, key="login", text=text)


def while_it_is_published(draft: TransitionRule, call: Callable[[], Any]) -> Any:
    """What becomes of a call that comes between the publication of a draft and its commit."""
    is_published = Barrier(2)

    def publication() -> None:
        with transaction.atomic():
            publish(rule=draft, by=None, now=NOW)
            is_published.wait()
            until_somebody_waits()

    def other() -> Any:
        is_published.wait()
        return call()

    failed, outcome = at_once(publication, other)
    assert failed is None
    return outcome


def test_a_draft_that_is_published_meanwhile_is_left_alone(draft: TransitionRule) -> None:
    outcome = while_it_is_published(draft, lambda: change_draft(rule=draft, changes={}, by=None))

    assert isinstance(outcome, RuleNotEditable)
    assert TransitionRule.objects.get().state == RuleState.PUBLISHED


def test_what_is_written_meanwhile_is_the_next_version(draft: TransitionRule) -> None:
    outcome = while_it_is_published(
        draft, lambda: write_draft(lifecycle=draft.lifecycle, key="login", text=text_of(draft))
    )

    assert (outcome.version, outcome.state) == (2, RuleState.DRAFT)
    assert TransitionRule.objects.get(version=1).state == RuleState.PUBLISHED


def test_a_draft_that_is_published_meanwhile_is_not_deleted(draft: TransitionRule) -> None:
    outcome = while_it_is_published(draft, lambda: delete_draft(rule=draft))

    assert isinstance(outcome, RuleNotEditable)


@pytest.mark.parametrize("step", [change_draft, publish, retire])
def test_a_draft_that_was_deleted_meanwhile_is_said_to_be(draft: TransitionRule, step: Callable[..., Any]) -> None:
    more: dict[str, Any] = {
        change_draft: {"changes": {}, "by": None},
        publish: {"by": None, "now": NOW},
        retire: {"now": NOW},
    }[step]
    TransitionRule.objects.all().delete()

    with pytest.raises(RuleNotEditable, match="was deleted meanwhile"):
        step(rule=draft, **more)
