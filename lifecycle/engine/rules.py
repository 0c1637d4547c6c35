"""Writing, publishing and retiring transition rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import (
    Lifecycle,
    NoticePriority,
    Recommendation,
    RecommendationState,
    RuleState,
    RuleTrust,
    StatusTag,
    Team,
    TransitionRule,
)
from lifecycle.rules.nodes import to_json
from lifecycle.rules.parse import Problem, RuleError, parse

from . import freshness, locks
from .marks import mark_concerned


class RuleNotEditable(ValueError):
    """The version is published or retired; what decided once is never changed."""


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a person writes of a rule."""

    name: str
    to_tag: StatusTag
    conditions: Any
    from_tags: tuple[StatusTag, ...] = ()
    from_untagged: bool = False
    priority: int = 100
    is_automatic: bool = True
    description: str = ""
    notification: dict[str, str] | None = field(default=None)
    skips_review: bool = False
    cooldown_days: int = 0
    hysteresis_percent: int = 0


def check(text: RuleText, lifecycle: Lifecycle) -> dict[str, object]:
    """The canonical conditions of a rule. Raises ``RuleError`` for the tree and for tags that do not fit."""
    if not text.from_tags and not text.from_untagged:
        raise RuleError([Problem("from_tags", "a rule starts from at least one tag, or from “no tag yet”")])
    for tag in (*text.from_tags, text.to_tag):
        if tag.lifecycle_id != lifecycle.id:
            raise RuleError([Problem("tags", f"{tag.code} belongs to another lifecycle")])
    if text.to_tag in text.from_tags:
        raise RuleError([Problem("to_tag", f"{text.to_tag.code} is also where the rule starts; a move needs two tags")])
    _check_notification(text.notification)
    for name, most in (("cooldown_days", 3650), ("hysteresis_percent", 100)):
        value = getattr(text, name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise RuleError([Problem(name, f"must be a whole number from 0 to {most}")])
    return to_json(parse(text.conditions, CATALOGUE))


def _check_notification(notification: Any) -> None:
    if notification is None:
        return
    if not isinstance(notification, dict) or set(notification) != {"team", "priority"}:
        raise RuleError([Problem("notification", 'must be empty or such as {"team": "retention", "priority": "high"}')])
    teams = list(Team.objects.values_list("code", flat=True))
    if notification["team"] not in teams:
        raise RuleError(
            [Problem("notification.team", f"there is no such team; there are {', '.join(teams) or 'none'}")]
        )
    if notification["priority"] not in NoticePriority.values:
        raise RuleError([Problem("notification.priority", f"must be one of {', '.join(NoticePriority.values)}")])


@transaction.atomic
def write_draft(*, lifecycle: Lifecycle, key: str, text: RuleText) -> TransitionRule:
    """Write the draft of a rule: the one that is there is changed, otherwise a new version starts."""
    conditions = check(text, lifecycle)
    Lifecycle.objects.select_for_update(no_key=True).get(id=lifecycle.id)  # one version number at a time
    versions = TransitionRule.objects.filter(lifecycle=lifecycle, key=key)
    draft = versions.filter(state=RuleState.DRAFT).first()
    if draft is None:
        latest = versions.aggregate(latest=Max("version"))["latest"] or 0
        draft = TransitionRule(lifecycle=lifecycle, key=key, version=latest + 1)
    draft.name, draft.description, draft.priority = text.name, text.description, text.priority
    draft.to_tag, draft.conditions, draft.from_untagged = text.to_tag, conditions, text.from_untagged
    draft.is_automatic, draft.notification = text.is_automatic, text.notification
    draft.skips_review = text.skips_review
    draft.cooldown_days, draft.hysteresis_percent = text.cooldown_days, text.hysteresis_percent
    draft.save()
    draft.from_tags.set(text.from_tags)
    return draft


@transaction.atomic
def put_in_shadow(*, rule: TransitionRule, now: datetime) -> TransitionRule:
    """Have a draft decided by beside the rules in force, moving nobody; the version that was in shadow is retired.

    It cannot be changed from then on, so that what is recorded is of one text.
    """
    rule = _locked(rule)
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
def publish(*, rule: TransitionRule, by: Any, now: datetime) -> TransitionRule:
    """Put a draft, or what was in shadow, in force in place of the published version.

    Everybody it may concern is looked at again.
    """
    rule = _locked(rule)
    if rule.state not in {RuleState.DRAFT, RuleState.SHADOW}:
        raise RuleNotEditable(f"Only a draft can be published; {rule} is {rule.get_state_display().lower()}.")
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
    rule = _locked(rule)
    if rule.state == RuleState.RETIRED:
        raise RuleNotEditable(f"{rule} is retired already.")
    rule.state, rule.retired_at = RuleState.RETIRED, now
    rule.save()
    _supersede([rule], now)
    mark_concerned([rule])
    return rule


def _locked(rule: TransitionRule) -> TransitionRule:
    """The rule as it is now, while no evaluation runs."""
    locks.wait_alone(rule.lifecycle)
    return TransitionRule.objects.select_for_update().get(id=rule.id)


def _supersede(rules: Iterable[TransitionRule], now: datetime) -> None:
    """Nobody is asked any more about a rule that is out of force."""
    Recommendation.objects.filter(rule__in=list(rules), state=RecommendationState.PENDING).update(
        state=RecommendationState.SUPERSEDED, decided_at=now
    )
