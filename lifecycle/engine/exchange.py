"""Rules in and out: from files in several notations, to one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from lifecycle.models import Lifecycle, RuleState, StatusTag, TransitionRule
from lifecycle.queries import published_rules
from lifecycle.rules.notations import NotationError, WrittenRule, rules_in
from lifecycle.rules.parse import RuleError

from .publishing import SecondPersonNeeded, publish
from .rules import COLUMNS, RuleText, check, text_of, write_draft

MAX_PRIORITY = 1_000_000
_DEFAULTS = {one.name: one.default for one in fields(RuleText) if one.name in COLUMNS and one.default is not MISSING}
_KINDS = {int: "a number", bool: "true or false", str: "a text"}


@dataclass(slots=True)
class ImportedRules:
    """What became of each rule of a file: keys, and sentences about what was refused or left out."""

    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def import_rules(
    *,
    lifecycle: Lifecycle,
    document: Any,
    now: datetime,
    by: Any = None,
    start: Iterable[str] = (),
    puts_in_force: bool = False,
) -> ImportedRules:
    """Write the rules of a document as drafts, and publish them if wanted; what is there already is not written again.

    ``start``: the tags of rules that name none. One bad rule does not stop the others. Raises ``NotationError`` if the
    document is in none of the notations, ``SecondPersonNeeded`` if it would take one to publish.
    """
    if puts_in_force and settings.RULES_NEED_SECOND_PERSON:
        raise SecondPersonNeeded(
            "Rules need a second person here: import them as drafts, and let another publish them."
        )
    done = ImportedRules()
    for key, wanted in read_rules(lifecycle=lifecycle, document=document, start=start, done=done):
        same = [rule for rule in _versions(lifecycle, key) if text_of(rule) == wanted]
        if any(rule.state == RuleState.PUBLISHED or not puts_in_force for rule in same):
            done.unchanged.append(key)
            continue
        draft = same[0] if same else write_draft(lifecycle=lifecycle, key=key, text=wanted, by=by)
        if puts_in_force:
            publish(rule=draft, by=by, now=now)
        done.written.append(key)
    return done


def read_rules(
    *, lifecycle: Lifecycle, document: Any, start: Iterable[str] = (), done: ImportedRules
) -> Iterator[tuple[str, RuleText]]:
    """The rules of a document that can be in a lifecycle, each with its key; ``done`` is told of the others.

    Raises ``NotationError`` if the document is in none of the notations.
    """
    tags = {tag.code: tag for tag in lifecycle.tags.all()}
    if unknown := [code for code in start if code not in tags]:
        raise NotationError(f"“{lifecycle}” has no status tag {', '.join(unknown)}. It has: {', '.join(tags)}.")
    for written in rules_in(document):
        if isinstance(written, NotationError):
            done.refused.append(_sentence(str(written)))
            continue
        try:
            text = _text(written, tags, tuple(start))
            conditions = check(text, lifecycle)
        except (NotationError, RuleError) as error:
            done.refused.append(_sentence(f"{written.key}: {error}"))
            continue
        done.left_out += [f"{written.key}: {one}" for one in written.ignored]
        yield written.key, replace(text, conditions=conditions)


def export_rules(lifecycle: Lifecycle) -> dict[str, Any]:
    """The rules in force in the canonical notation, without what is as by default."""
    return {"lifecycle": lifecycle.code, "rules": [written_rule(rule) for rule in published_rules(lifecycle)]}


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def _text(written: WrittenRule, tags: dict[str, StatusTag], start: tuple[str, ...]) -> RuleText:
    codes = written.start or (() if written.values.get("from_untagged") else start)
    unknown = [code for code in (*codes, written.to) if code not in tags]
    if unknown:
        raise NotationError(f"there is no status tag {', '.join(unknown)}; there are {', '.join(tags)}")
    if not codes and not written.values.get("from_untagged"):
        raise NotationError("it does not say from which tag it starts; add current_tag == CODE, from, or --from CODE")
    for name, kind in (("priority", int), ("is_automatic", bool), ("skips_review", bool), ("from_untagged", bool),
                       ("name", str), ("description", str)):  # fmt: skip
        value = written.values.get(name, kind())
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise NotationError(f"{name} must be {_KINDS[kind]}")
    if not 1 <= written.values.get("priority", 1) <= MAX_PRIORITY:
        raise NotationError(f"priority must be from 1 to {MAX_PRIORITY:,}")
    if not written.key or len(str(written.values.get("name", ""))) > 100:
        raise NotationError("it needs a name of up to 100 characters, some of them letters or digits")
    return RuleText(
        to_tag=tags[written.to],
        from_tags=tuple(sorted({tags[code] for code in codes}, key=lambda tag: tag.id)),
        conditions=written.conditions,
        **{"name": written.key, **written.values},
    )


def _versions(lifecycle: Lifecycle, key: str) -> list[TransitionRule]:
    """The draft of a rule, the version in shadow and the one in force, where there are any."""
    versions = TransitionRule.objects.filter(lifecycle=lifecycle, key=key).exclude(state=RuleState.RETIRED)
    return list(versions.select_related("to_tag").prefetch_related("from_tags"))


def written_rule(rule: TransitionRule) -> dict[str, Any]:
    """A rule in the canonical notation, without what is as by default."""
    text = text_of(rule)
    values = {"key": rule.key, "name": rule.name, "from": [tag.code for tag in text.from_tags], "to": rule.to_tag.code}
    for name, default in _DEFAULTS.items():
        if getattr(text, name) != default or name == "priority":
            values[name] = getattr(text, name)
    return {**values, "conditions": rule.conditions}
