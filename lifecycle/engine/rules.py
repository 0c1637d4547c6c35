"""Writing transition rules: drafts, and what is wrong with them. ``publishing`` puts them in force."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import transaction
from django.db.models import Max

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import (
    Lifecycle,
    NoticePriority,
    RuleState,
    StatusTag,
    Team,
    TransitionRule,
)
from lifecycle.rules.lint import Move
from lifecycle.rules.nodes import to_json
from lifecycle.rules.parse import Problem, RuleError, parse

MAX_COOLDOWN, MAX_HYSTERESIS = 3650, 100


class RuleNotEditable(ValueError):
    """The version is not what it has to be for this: what decided once is never changed."""


class DraftExists(ValueError):
    """No draft was started: the rule has one already."""


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
    skips_review: bool = False
    cooldown_days: int = 0
    hysteresis_percent: int = 0
    description: str = ""
    notification: dict[str, str] | None = None


# All of it but the tags it starts from, which are rows of their own.
COLUMNS = tuple(one.name for one in fields(RuleText) if one.name != "from_tags")


def check(text: RuleText, lifecycle: Lifecycle) -> dict[str, object]:
    """The canonical conditions of a rule. Raises ``RuleError`` with all that is wrong with it."""
    problems = [*_tag_problems(text, lifecycle), *_notification_problems(text.notification)]
    for name, most in (("cooldown_days", MAX_COOLDOWN), ("hysteresis_percent", MAX_HYSTERESIS)):
        value = getattr(text, name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            problems.append(Problem(name, f"must be a whole number from 0 to {most}"))
    try:
        tree = parse(text.conditions, CATALOGUE)
    except RuleError as error:
        raise RuleError([*problems, *error.problems]) from error
    if problems:
        raise RuleError(problems)
    return to_json(tree)


def _tag_problems(text: RuleText, lifecycle: Lifecycle) -> Iterator[Problem]:
    if not text.from_tags and not text.from_untagged:
        yield Problem("from_tags", "a rule starts from at least one tag, or from “no tag yet”")
    for tag in (*text.from_tags, text.to_tag):
        if tag.lifecycle_id != lifecycle.id:
            yield Problem("tags", f"{tag.code} belongs to another lifecycle")
    if text.to_tag in text.from_tags:
        yield Problem("to_tag", f"{text.to_tag.code} is also where the rule starts; a move needs two tags")


def _notification_problems(notification: Any) -> Iterator[Problem]:
    if notification is None:
        return
    if not isinstance(notification, dict) or set(notification) != {"team", "priority"}:
        yield Problem("notification", 'must be empty or such as {"team": "retention", "priority": "high"}')
        return
    teams = list(Team.objects.values_list("code", flat=True))
    if notification["team"] not in teams:
        yield Problem("notification.team", f"there is no such team; there are {', '.join(teams) or 'none'}")
    if notification["priority"] not in NoticePriority.values:
        yield Problem("notification.priority", f"must be one of {', '.join(NoticePriority.values)}")


def move_of(text: RuleText, *, key: str) -> Move:
    """A text that was checked, as the linter looks at it."""
    return Move(
        name=text.name,
        starts=frozenset((*(tag.name for tag in text.from_tags), *((None,) if text.from_untagged else ()))),
        to=text.to_tag.name,
        tree=parse(text.conditions, CATALOGUE),
        cooldown_days=text.cooldown_days,
        hysteresis_percent=text.hysteresis_percent,
        priority=text.priority,
        key=key,
    )


def text_of(rule: TransitionRule) -> RuleText:
    """What was written of a rule."""
    return RuleText(**{name: getattr(rule, name) for name in COLUMNS}, from_tags=_in_order(rule.from_tags.all()))


def fingerprint(rule: TransitionRule) -> str:
    """Names the text of a version: the same for the same text, so that what was read is what is published."""
    text = text_of(rule)
    written = {one.name: getattr(text, one.name) for one in fields(text)}
    return hashlib.sha256(json.dumps(written, default=str, sort_keys=True).encode()).hexdigest()[:16]


@transaction.atomic
def write_draft(*, lifecycle: Lifecycle, key: str, text: RuleText, by: Any = None) -> TransitionRule:
    """Write the draft of a rule: the one that is there is changed, otherwise a new version starts."""
    draft = _draft_of(lifecycle, key)
    return _write(draft or _next_version(lifecycle, key), text, by)


@transaction.atomic
def start_draft(*, lifecycle: Lifecycle, key: str, text: RuleText, by: Any) -> TransitionRule:
    """Start a rule, or the next version of one. Raises ``DraftExists``."""
    if draft := _draft_of(lifecycle, key):
        raise DraftExists(f"There is a draft of “{key}” already, number {draft.id}; change that one.")
    return _write(_next_version(lifecycle, key), text, by)


@transaction.atomic
def change_draft(*, rule: TransitionRule, changes: Mapping[str, Any], by: Any) -> TransitionRule:
    """Change some of this draft and no other; ``changes``: fields of ``RuleText``. Raises ``RuleNotEditable``."""
    rule = locked_version(rule)
    if rule.state != RuleState.DRAFT:
        raise RuleNotEditable(f"{rule} is {rule.get_state_display().lower()} and stays so; write a new version of it.")
    return _write(rule, replace(text_of(rule), **changes), by)


@transaction.atomic
def delete_draft(*, rule: TransitionRule) -> None:
    """Delete a draft, which has moved nobody. Raises ``RuleNotEditable``."""
    rule = locked_version(rule)
    if rule.state != RuleState.DRAFT:
        raise RuleNotEditable(f"Only a draft can be deleted; {rule} is {rule.get_state_display().lower()}.")
    rule.delete()


def _draft_of(lifecycle: Lifecycle, key: str) -> TransitionRule | None:
    Lifecycle.objects.select_for_update(no_key=True).get(id=lifecycle.id)  # one version number at a time
    drafts = TransitionRule.objects.filter(lifecycle=lifecycle, key=key, state=RuleState.DRAFT)
    return drafts.select_for_update(of=("self",)).first()


def _next_version(lifecycle: Lifecycle, key: str) -> TransitionRule:
    versions = TransitionRule.objects.filter(lifecycle=lifecycle, key=key)
    latest = versions.aggregate(latest=Max("version"))["latest"] or 0
    return TransitionRule(lifecycle=lifecycle, key=key, version=latest + 1)


def locked_version(rule: TransitionRule) -> TransitionRule:
    """The version as it is now, until the transaction ends. Raises ``RuleNotEditable`` if it was deleted."""
    found = TransitionRule.objects.select_for_update().filter(id=rule.id).order_by().first()
    if found is None:
        raise RuleNotEditable(f"{rule} was deleted meanwhile.")
    return found


def _write(draft: TransitionRule, text: RuleText, by: Any) -> TransitionRule:
    """Whoever saves what stands there already has not written it, unless nobody had."""
    text = replace(text, conditions=check(text, draft.lifecycle), from_tags=_in_order(text.from_tags))
    if draft.written_by_id is None or text_of(draft) != text:
        draft.written_by = by
    for name in COLUMNS:
        setattr(draft, name, getattr(text, name))
    draft.save()
    draft.from_tags.set(text.from_tags)
    return draft


def _in_order(tags: Iterable[StatusTag]) -> tuple[StatusTag, ...]:
    return tuple(sorted(set(tags), key=lambda tag: tag.id))
