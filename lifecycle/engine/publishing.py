"""Steps of a version of a rule: into shadow, in force, out of force. ``rules`` writes drafts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from lifecycle.models import Recommendation, RecommendationState, RuleState, RuleTrust, TransitionRule

from . import freshness, locks
from .marks import mark_concerned
from .rules import RuleNotEditable, fingerprint, locked_version


class SecondPersonNeeded(PermissionError):
    """The draft was not published: whoever wrote it cannot put it in force too."""


def why_not_publish(rule: TransitionRule, by: Any) -> str:
    """Why it takes somebody else to publish a draft, in a sentence; empty if it does not.

    With ``RULES_NEED_SECOND_PERSON``, two known people stand behind each rule: who wrote it and who published it.
    """
    if not settings.RULES_NEED_SECOND_PERSON:
        return ""
    if rule.written_by_id is None:
        return f"Nobody is known to have written {rule}: somebody has to save it first, and another person publish it."
    if by is None:
        return f"Rules need a second person here, so somebody has to answer for publishing {rule}."
    if not by.has_perm("lifecycle.change_transitionrule"):
        return f"{by} may not publish rules."
    if rule.written_by_id == by.pk:
        return f"{rule} was written by {rule.written_by}, so another person has to publish it."
    return ""


@transaction.atomic
def put_in_shadow(*, rule: TransitionRule, now: datetime) -> TransitionRule:
    """Have a draft decided by beside the rules in force, moving nobody; the version that was in shadow is retired.

    It cannot be changed from then on, so that what is recorded is of one text.
    """
    locks.wait_alone(rule.lifecycle)
    rule = locked_version(rule)
    if rule.state != RuleState.DRAFT:
        raise RuleNotEditable(f"Only a draft can go into shadow; {rule} is {rule.get_state_display().lower()}.")
    in_shadow = TransitionRule.objects.filter(lifecycle=rule.lifecycle, key=rule.key, state=RuleState.SHADOW)
    in_shadow.update(state=RuleState.RETIRED, retired_at=now)
    rule.state, rule.shadow_since = RuleState.SHADOW, now
    rule.save()
    mark_concerned([rule])
    freshness.settle(lifecycle=rule.lifecycle, now=now)
    return rule


@transaction.atomic
def publish(
    *, rule: TransitionRule, by: Any, now: datetime, expected: str = "", is_shipped: bool = False
) -> TransitionRule:
    """Put a draft, or what was in shadow, in force in place of the published version.

    Everybody it may concern is looked at again. ``expected``: the fingerprint of the text that was read.
    ``is_shipped``: it came with the product, so no second person is needed. Raises ``RuleNotEditable`` and
    ``SecondPersonNeeded``.
    """
    locks.wait_alone(rule.lifecycle)
    rule = locked_version(rule)
    if rule.state not in {RuleState.DRAFT, RuleState.SHADOW}:
        raise RuleNotEditable(
            f"Only a draft, or what is in shadow, can be published; {rule} is {rule.get_state_display().lower()}."
        )
    if expected and expected != fingerprint(rule):
        raise RuleNotEditable(f"{rule} was changed after you read it; look at it again.")
    if not is_shipped and (why := why_not_publish(rule, by)):
        raise SecondPersonNeeded(why)
    before = TransitionRule.objects.filter(lifecycle=rule.lifecycle, key=rule.key, state=RuleState.PUBLISHED)
    concerned = [*before, rule]
    _supersede(before, now)
    before.update(state=RuleState.RETIRED, retired_at=now)
    rule.state, rule.published_at, rule.published_by = RuleState.PUBLISHED, now, by
    rule.save()
    RuleTrust.objects.get_or_create(rule=rule)
    mark_concerned(concerned)
    freshness.settle(lifecycle=rule.lifecycle, now=now)  # the new version waits for what the old one waited for
    return rule


@transaction.atomic
def retire(*, rule: TransitionRule, now: datetime) -> TransitionRule:
    """Take a published rule out of force or out of shadow, or put a draft away."""
    if rule.state != RuleState.DRAFT:  # a draft moves nobody, so nobody waits
        locks.wait_alone(rule.lifecycle)
    rule = locked_version(rule)
    before = rule.state
    if before == RuleState.RETIRED:
        raise RuleNotEditable(f"{rule} is retired already.")
    rule.state, rule.retired_at = RuleState.RETIRED, now
    rule.save()
    if before == RuleState.PUBLISHED:
        _supersede([rule], now)
        mark_concerned([rule])
    return rule


def _supersede(rules: Iterable[TransitionRule], now: datetime) -> None:
    """Nobody is asked any more about a rule that is out of force."""
    Recommendation.objects.filter(rule__in=list(rules), state=RecommendationState.PENDING).update(
        state=RecommendationState.SUPERSEDED, decided_at=now
    )
