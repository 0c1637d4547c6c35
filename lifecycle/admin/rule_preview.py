"""What a rule says and whom it meets now, while it is being written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.http import QueryDict

from lifecycle import queries
from lifecycle.engine.rules import RuleText, check
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Lifecycle, StatusTag, TransitionRule
from lifecycle.rules.lint import Move
from lifecycle.rules.nodes import Node
from lifecycle.rules.parse import Problem, RuleError, parse_text

from .rule_text import as_sentence, field_of, laid_out


@dataclass(frozen=True, slots=True)
class Preview:
    """Either ``problems``, or the rule in English and how many customers it meets (``None``: too slow to count)."""

    problems: tuple[Problem, ...] = ()
    says: str = ""
    count: int | None = None
    starts: tuple[str, ...] = field(default=())
    warnings: tuple[str, ...] = field(default=())

    @property
    def meets(self) -> str:
        if self.problems:
            return ""
        if self.count is None:
            return f"Counting takes longer than {queries.COUNT_SECONDS} seconds here."
        who = {0: "No customers", 1: "1 customer"}.get(self.count, f"{self.count:,} customers")
        verb = "meets" if self.count == 1 else "meet"
        others = " Rules with a lower number come first." if self.count else ""
        return f"{who} in {' or '.join(self.starts)} {verb} this now.{others}"

    @property
    def sentences(self) -> list[str]:
        return [as_sentence(problem) for problem in self.problems]

    @property
    def places(self) -> list[Mapping[str, str]]:
        """Where in the conditions each of their problems is, and what it says there."""
        return [
            {"path": one.path, "message": as_sentence(replace(one, path=""))}
            for one in self.problems
            if field_of(one) == "conditions"
        ]

    def as_json(self) -> Mapping[str, object]:
        return {
            "problems": self.sentences,
            "places": self.places,
            "says": self.says,
            "meets": self.meets,
            "count": self.count,
            "warnings": self.warnings,
        }


@dataclass(frozen=True, slots=True)
class Written:
    """The parts of a rule that decide whom it meets."""

    lifecycle: Lifecycle
    conditions: str
    from_tags: tuple[StatusTag, ...]
    from_untagged: bool
    to_tag: StatusTag | None
    name: str = "This rule"
    key: str = ""
    cooldown_days: int = 0
    hysteresis_percent: int = 0
    priority: int = 100


def written_in(data: QueryDict | Mapping[str, object], lifecycle: Lifecycle) -> Written:
    """Read what a form sent; what names no tag of the lifecycle is left out."""
    tags = {str(tag.id): tag for tag in lifecycle.tags.all()}
    chosen = data.getlist("from_tags") if isinstance(data, QueryDict) else ()
    return Written(
        lifecycle=lifecycle,
        conditions=str(data.get("conditions", "")),
        from_tags=tuple(tags[one] for one in chosen if one in tags),
        from_untagged=bool(data.get("from_untagged")),
        to_tag=tags.get(str(data.get("to_tag", ""))),
        name=str(data.get("name") or "This rule"),
        key=str(data.get("key", "")),
        cooldown_days=_small(data.get("cooldown_days"), 3650),
        hysteresis_percent=_small(data.get("hysteresis_percent"), 100),
        priority=_small(data.get("priority"), 10**9),
    )


def _small(text: object, most: int) -> int:
    """A number as it stands in a form; 0 for what is none, which the form itself will say."""
    written = str(text or "").strip()
    return min(int(written), most) if written.isascii() and written.isdigit() and len(written) < 9 else 0


def written_of(rule: TransitionRule) -> Written:
    return Written(
        rule.lifecycle, laid_out(rule.conditions), tuple(rule.from_tags.all()), rule.from_untagged, rule.to_tag,
        rule.name, rule.key, rule.cooldown_days, rule.hysteresis_percent, rule.priority,
    )  # fmt: skip


def preview(written: Written, *, now: datetime) -> Preview:
    try:
        tree = parse_text(written.conditions, CATALOGUE)
    except RuleError as error:
        return Preview(problems=error.problems)
    if problems := _tag_problems(written):
        return Preview(problems=problems)
    found = queries.preview(
        _move(written, tree), lifecycle=written.lifecycle, from_tags=written.from_tags, as_of=now
    )  # fmt: skip
    starts = [tag.name for tag in written.from_tags] + (["no tag"] if written.from_untagged else [])
    says = f"{found.sentence[:1].upper()}{found.sentence[1:]}."
    return Preview(says=says, count=found.customers, starts=tuple(starts), warnings=found.warnings)


def _move(written: Written, tree: Node) -> Move:
    starts = (*(tag.name for tag in written.from_tags), *((None,) if written.from_untagged else ()))
    to = written.to_tag.name if written.to_tag else ""
    return Move(
        written.name, frozenset(starts), to, tree, written.cooldown_days, written.hysteresis_percent,
        priority=written.priority, key=written.key,
    )  # fmt: skip


def _tag_problems(written: Written) -> tuple[Problem, ...]:
    if written.to_tag is None:
        return (Problem("to_tag", "choose the tag that the rule leads to"),)
    text = RuleText(
        name="", to_tag=written.to_tag, from_tags=written.from_tags, from_untagged=written.from_untagged,
        conditions={"metric": "email", "operator": "is_known"},  # the tree was read already
    )  # fmt: skip
    try:
        check(text, written.lifecycle)
    except RuleError as error:
        return error.problems
    return ()
